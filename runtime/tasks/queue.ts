/**
 * Calls that wait for a thread, in order; those that come back from a thread go before the new ones.
 */
export class CallQueue<Call> {
  #back: Call[] = [];
  /** Index of the oldest call in `#back`: removing from the start of a long array would move all others. */
  #next = 0;
  /** Calls that came back, the oldest last. */
  #front: Call[] = [];

  get length(): number {
    return this.#front.length + this.#back.length - this.#next;
  }

  push(call: Call): void {
    this.#back.push(call);
  }

  /** Puts calls before all others, keeping their order. */
  putBack(calls: readonly Call[]): void {
    this.#front.push(...calls.toReversed());
  }

  /** Takes the first call out. */
  shift(): Call | undefined {
    if (this.#front.length > 0) return this.#front.pop();
    const call = this.#back[this.#next];
    if (call === undefined) return undefined;
    this.#next++;
    if (this.#next === this.#back.length) this.clear();
    return call;
  }

  clear(): void {
    this.#front = [];
    this.#back = [];
    this.#next = 0;
  }
}
