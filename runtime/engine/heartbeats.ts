/** The attempts that have to give signs of life, and when the silence of each becomes too long. */

interface Watched {
  readonly timeout: number;
  deadline: number;
}

export class Heartbeats {
  readonly #watched = new Map<string, Watched>();
  readonly #changed: (next: number | undefined) => void;

  /** `changed` is told when the next deadline (ms since the epoch) may have become another. */
  constructor(changed: (next: number | undefined) => void) {
    this.#changed = changed;
  }

  /** Watches from `now` on; `timeout` in ms. */
  watch(ref: string, timeout: number, now: number): void {
    this.#watched.set(ref, { timeout, deadline: now + timeout });
    this.#changed(this.#next());
  }

  /** A sign of life. */
  beat(ref: string, now: number): void {
    const watched = this.#watched.get(ref);
    if (watched === undefined) return;
    watched.deadline = now + watched.timeout;
    this.#changed(this.#next());
  }

  forget(ref: string): void {
    if (this.#watched.delete(ref)) this.#changed(this.#next());
  }

  /** Takes out and gives those whose deadline is not after `now`, in order of their deadlines. */
  expired(now: number): readonly string[] {
    const late = [...this.#watched].filter(([, { deadline }]) => deadline <= now);
    late.sort(([, left], [, right]) => left.deadline - right.deadline);
    for (const [ref] of late) this.#watched.delete(ref);
    this.#changed(this.#next());
    return late.map(([ref]) => ref);
  }

  #next(): number | undefined {
    let next: number | undefined;
    for (const { deadline } of this.#watched.values()) next = Math.min(next ?? deadline, deadline);
    return next;
  }
}
