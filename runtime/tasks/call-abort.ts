/** Tells the handler of one call that nobody wants it any more. */

/**
 * As an AbortController; but its signal is made when somebody looks at it. Most handlers never do, and making one costs
 * more than all else that a thread does for a call.
 */
export class CallAbort {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  /** The first reason stays. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }
}
