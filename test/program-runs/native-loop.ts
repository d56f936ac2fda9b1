/**
 * The event loop of a native run: what the engine does for an execution, in the plainest form that can be right. One
 * event at a time, all microtasks after it, conditions until none moves; time jumps when nothing else can happen.
 */

/** A signal that the runner sends. `at`: ms after the start. */
export interface ScriptedSignal {
  readonly at: number;
  readonly signal: string;
  readonly payload?: unknown;
}

interface Due {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

const RealDate = Date;
/** A turn of Node's loop: every microtask has run when it comes. */
const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class NativeLoop {
  now: number;
  #order = 0;
  #timers: Due[] = [];
  #calls: (() => Promise<void>)[] = [];
  #running = 0;
  #conditions: (() => boolean)[] = [];
  readonly #ready: (() => void)[] = [];

  constructor(start: number) {
    this.now = start;
  }

  /** Fires at `at` (ms since the epoch); those of one moment in the order of these calls. */
  timer(at: number, fire: () => void): void {
    this.#timers.push({ at, order: this.#order++, fire });
  }

  /** Host work, begun in the order of these calls; what it gives back is applied as an event. */
  call(work: () => Promise<() => void>): void {
    this.#calls.push(async () => {
      this.#ready.push(await work());
      this.#running--;
    });
  }

  /** Asked after every event until it gives true. */
  condition(ask: () => boolean): void {
    this.#conditions.push(ask);
  }

  /** Runs until `closed` gives true. Throws when nothing can happen any more before that. */
  async run(closed: () => boolean): Promise<void> {
    for (;;) {
      await macrotask();
      if (closed()) break;
      if (this.#evaluate()) continue;
      const event = this.#ready.shift();
      if (event !== undefined) event();
      else if (this.#fireDue()) continue;
      else if (this.#calls.length > 0) for (const call of this.#calls.splice(0)) this.#begin(call);
      else if (this.#running === 0 && !this.#advance()) throw new Error("nothing can happen any more");
    }
    await this.#finishCalls();
  }

  #begin(call: () => Promise<void>): void {
    this.#running++;
    void call();
  }

  /** Work called before the end runs to its end. */
  async #finishCalls(): Promise<void> {
    for (const call of this.#calls.splice(0)) this.#begin(call);
    while (this.#running > 0) await macrotask();
  }

  #evaluate(): boolean {
    const asked = this.#conditions;
    this.#conditions = [];
    const rest = asked.filter((ask) => !ask());
    this.#conditions = [...rest, ...this.#conditions];
    return rest.length < asked.length;
  }

  /** Whatever is due comes before host work. */
  #fireDue(): boolean {
    const due = this.#timers.filter(({ at }) => at <= this.now);
    this.#timers = this.#timers.filter(({ at }) => at > this.now);
    due.sort((left, right) => left.at - right.at || left.order - right.order);
    this.#ready.push(...due.map(({ fire }) => fire));
    return due.length > 0;
  }

  #advance(): boolean {
    if (this.#timers.length === 0) return false;
    this.now = Math.min(...this.#timers.map(({ at }) => at));
    return true;
  }
}

/** `Date` on the loop's time. */
export function virtualDate(loop: NativeLoop): DateConstructor {
  return new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [loop.now] : args, newTarget) as Date,
    apply: () => new RealDate(loop.now).toString(),
    get: (target, key) => (key === "now" ? () => loop.now : Reflect.get(target, key)),
  });
}
