/**
 * The running time that one call into the guest may take, spent by QuickJS's interrupt handler.
 *
 * Time counts only in small portions between two polls: a process that was stopped for an hour (a closed laptop, a
 * debugger) has used up one portion, not its budget. What runs long without polling is the watchdog's business.
 */
export class Budget {
  #leftMs = 0;
  #portionMs = 0;
  #polledAt = 0;
  #exhausted = false;

  /** True when the last call was interrupted. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** Begins a call that may run for `budgetMs` milliseconds. */
  start(budgetMs: number): void {
    this.#leftMs = budgetMs;
    this.#portionMs = Math.max(budgetMs / 4, 5);
    this.#polledAt = performance.now();
    this.#exhausted = false;
  }

  /** The interrupt handler: true to stop the guest. */
  readonly poll = (): boolean => {
    const now = performance.now();
    this.#leftMs -= Math.min(now - this.#polledAt, this.#portionMs);
    this.#polledAt = now;
    if (this.#leftMs < 0) this.#exhausted = true;
    return this.#exhausted;
  };
}
