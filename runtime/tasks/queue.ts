/**
 * Calls that wait for a thread, in order; those that come back from a thread go before the new ones, and those with a
 * priority above 0 before both, the highest first. A negative one lets all others go first.
 */
export class CallQueue<Call> {
  /** Calls with a priority of their own, the next one last. */
  readonly #ranked: { readonly priority: number; readonly call: Call }[] = [];
  #back: Call[] = [];
  /** Index of the oldest call in `#back`: removing from the start of a long array would move all others. */
  #next = 0;
  /** Calls that came back, the oldest last. */
  #front: Call[] = [];

  get length(): number {
    return this.#ranked.length + this.#front.length + this.#back.length - this.#next;
  }

  push(call: Call, priority = 0): void {
    if (priority === 0) this.#back.push(call);
    else {
      const after = this.#ranked.findIndex((other) => other.priority >= priority);
      this.#ranked.splice(after < 0 ? this.#ranked.length : after, 0, { priority, call });
    }
  }

  /** Takes out the calls for which `isMeant` holds. */
  remove(isMeant: (call: Call) => boolean): Call[] {
    const waiting = [...this.#ranked.map(({ call }) => call), ...this.#front, ...this.#back.slice(this.#next)];
    const removed = waiting.filter(isMeant);
    if (removed.length === 0) return removed;
    const stays = (call: Call): boolean => !removed.includes(call);
    this.#ranked.splice(0, this.#ranked.length, ...this.#ranked.filter(({ call }) => stays(call)));
    this.#front = this.#front.filter(stays);
    this.#back = this.#back.slice(this.#next).filter(stays);
    this.#next = 0;
    return removed;
  }

  /** Puts calls before all others, keeping their order. */
  putBack(calls: readonly Call[]): void {
    this.#front.push(...calls.toReversed());
  }

  /** Takes the first call out. */
  shift(): Call | undefined {
    const ranked = this.#ranked.at(-1);
    const others = this.#front.length + this.#back.length - this.#next;
    if (ranked !== undefined && (ranked.priority > 0 || others === 0)) return this.#ranked.pop()?.call;
    if (this.#front.length > 0) return this.#front.pop();
    const call = this.#back[this.#next];
    if (call === undefined) return undefined;
    this.#next++;
    if (this.#next === this.#back.length) this.#forget();
    return call;
  }

  clear(): void {
    this.#ranked.length = 0;
    this.#front = [];
    this.#forget();
  }

  #forget(): void {
    this.#back = [];
    this.#next = 0;
  }
}
