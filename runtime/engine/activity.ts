/**
 * Counts what is under way, so that the engine knows when it rests.
 *
 * A1  Rest is announced only when nothing is under way after all promise reactions have run: a chain of awaits between
 *     two counted pieces of work is never taken for rest.
 */
export class Activity {
  readonly #parent: Activity | undefined;
  readonly #onRest: (() => void) | undefined;
  #count = 0;
  #checking = false;
  #waiting: (() => void)[] = [];

  /** What is begun here is begun in `parent` too. `onRest` is called at each rest, after those who wait for it. */
  constructor(options: { parent?: Activity; onRest?: () => void } = {}) {
    this.#parent = options.parent;
    this.#onRest = options.onRest;
  }

  get resting(): boolean {
    return this.#count === 0;
  }

  begin(): void {
    this.#count++;
    this.#parent?.begin();
  }

  end(): void {
    this.#count--;
    this.#parent?.end();
    if (this.#count === 0) this.#check();
  }

  /** Counts `work` until it settles; gives it back. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.begin();
    try {
      return await work;
    } finally {
      this.end();
    }
  }

  /** The caller, who is counted, is not while it waits for `work`, which counts what it has under way itself. */
  async apart<T>(work: Promise<T>): Promise<T> {
    this.end();
    try {
      return await work;
    } finally {
      this.begin();
    }
  }

  /** Resolves at the next rest; soon, when nothing is under way. */
  whenResting(): Promise<void> {
    const rest = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#count === 0) this.#check();
    return rest;
  }

  #check(): void {
    if (this.#checking) return;
    this.#checking = true;
    setImmediate(() => {
      this.#checking = false;
      if (this.#count > 0) return;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
      this.#onRest?.();
    });
  }
}
