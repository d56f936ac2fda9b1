/**
 * The next timers. All of them are an index in the store; in memory are only the earliest ones.
 *
 * M1  `waiting` and `fired` together hold every stored timer of executions in progress that is due before `beyond`.
 * M2  A timer is handed out once; it stays in `fired` until the commit that removes its row.
 * M3  What is committed while a page is being read counts, whether or not the page shows it.
 */
import type { Store, TimerRow } from "../store/store.js";
import type { LogicalTime } from "./time.js";

type State = "waiting" | "fired";

/** Commits while a page is being read. */
interface Meanwhile {
  /** By ref; without those that were removed again. */
  readonly added: Map<string, TimerRow>;
  readonly removed: Set<string>;
  /** Executions that have ended or were suspended. */
  readonly forgotten: Set<number>;
}

/** Later than any timer can be. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

export class Timers {
  readonly #store: Pick<Store, "dueTimers">;
  readonly #time: LogicalTime;
  readonly #window: number;
  readonly #deliver: (timer: TimerRow) => void;
  readonly #changed: () => void;
  /** By due time. May hold timers that `known` has forgotten. */
  #waiting: TimerRow[] = [];
  readonly #known = new Map<number, Map<number, State>>();
  #firedCount = 0;
  /** Stored timers due at or after this time may be missing in memory; undefined: none is missing. */
  #beyond: number | undefined = Number.NEGATIVE_INFINITY;
  /** While a page is read: what commits have done since, of which what is read may know nothing. */
  #reading: Meanwhile | undefined;

  /** `deliver` gets each due timer; `changed` is called when `next` may have become another. */
  constructor(parts: {
    store: Pick<Store, "dueTimers">;
    time: LogicalTime;
    /** How many to keep in memory. */
    window: number;
    deliver: (timer: TimerRow) => void;
    changed: () => void;
  }) {
    this.#store = parts.store;
    this.#time = parts.time;
    this.#window = parts.window;
    this.#deliver = parts.deliver;
    this.#changed = parts.changed;
  }

  /** When the next timer in memory is due, ms since the epoch. */
  next(): number | undefined {
    this.#dropForgotten();
    return this.#waiting[0]?.at;
  }

  /** True when the store may hold timers to be read now. */
  get needsPage(): boolean {
    this.#dropForgotten();
    return (
      this.#beyond !== undefined &&
      this.#waiting.length === 0 &&
      this.#reading === undefined &&
      this.#firedCount < this.#window
    );
  }

  /** Reads the next page. Throws what the store throws; then nothing has changed. */
  async readPage(): Promise<void> {
    const reading: Meanwhile = { added: new Map(), removed: new Set(), forgotten: new Set() };
    this.#reading = reading;
    try {
      const limit = this.#firedCount + this.#window;
      const rows = await this.#store.dueTimers(END_OF_TIME, limit);
      this.#beyond = rows.length < limit ? undefined : rows.at(-1)?.at;
      for (const row of rows) if (!isGone(row, reading)) this.#keep(row);
    } finally {
      this.#reading = undefined;
      for (const row of reading.added.values()) this.added(row);
    }
    this.#changed();
  }

  /** A commit has stored `row`. */
  added(row: TimerRow): void {
    this.#reading?.added.set(refOf(row), row);
    if (this.#beyond !== undefined && row.at >= this.#beyond) return;
    const first = this.#waiting[0];
    this.#keep(row);
    if (this.#waiting.length > 2 * this.#window) this.#trim();
    if (first === undefined || row.at < first.at) this.#changed();
  }

  /** A commit has removed the row: the timer was consumed or cancelled. */
  removed(execution: number, seq: number): void {
    const ref = refOf({ execution, seq });
    this.#reading?.removed.add(ref);
    this.#reading?.added.delete(ref);
    const known = this.#known.get(execution);
    const state = known?.get(seq);
    if (known === undefined || state === undefined) return;
    known.delete(seq);
    if (known.size === 0) this.#known.delete(execution);
    if (state === "fired") this.#firedCount--;
    if (state === "fired" || this.#waiting[0]?.seq === seq) this.#changed();
  }

  /** The execution is no longer in progress: none of its timers fires. */
  forget(execution: number): void {
    const reading = this.#reading;
    reading?.forgotten.add(execution);
    for (const [ref, row] of reading?.added ?? []) if (row.execution === execution) reading?.added.delete(ref);
    for (const seq of [...(this.#known.get(execution)?.keys() ?? [])]) this.removed(execution, seq);
  }

  /** Hands out what is due now, in due order. */
  fire(): void {
    const now = this.#time.now();
    let count = 0;
    for (const row of this.#waiting) {
      if (row.at > now) break;
      count++;
      const known = this.#known.get(row.execution);
      if (known?.get(row.seq) !== "waiting") continue;
      known.set(row.seq, "fired");
      this.#firedCount++;
      this.#deliver(row);
    }
    this.#waiting.splice(0, count);
    this.#changed();
  }

  #keep(row: TimerRow): void {
    let known = this.#known.get(row.execution);
    if (known === undefined) {
      known = new Map();
      this.#known.set(row.execution, known);
    }
    if (known.has(row.seq)) return;
    known.set(row.seq, "waiting");
    this.#waiting.splice(this.#placeFor(row), 0, row);
  }

  #placeFor(row: TimerRow): number {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#waiting[middle] ?? row, row) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #trim(): void {
    this.#waiting = this.#waiting.filter((row) => this.#isWaiting(row));
    if (this.#waiting.length <= this.#window) return;
    const dropped = this.#waiting.splice(this.#window);
    this.#beyond = dropped[0]?.at;
    for (const row of dropped) {
      const known = this.#known.get(row.execution);
      known?.delete(row.seq);
      if (known?.size === 0) this.#known.delete(row.execution);
    }
  }

  #dropForgotten(): void {
    const first = this.#waiting.findIndex((row) => this.#isWaiting(row));
    if (first > 0) this.#waiting.splice(0, first);
    else if (first < 0) this.#waiting = [];
  }

  #isWaiting(row: TimerRow): boolean {
    return this.#known.get(row.execution)?.get(row.seq) === "waiting";
  }
}

function refOf({ execution, seq }: Pick<TimerRow, "execution" | "seq">): string {
  return `${execution}#${seq}`;
}

function isGone(row: TimerRow, { removed, forgotten }: Meanwhile): boolean {
  return forgotten.has(row.execution) || removed.has(refOf(row));
}

/** Due order; timers due together in the order in which their executions and operations were made. */
function compare(a: TimerRow, b: TimerRow): number {
  return a.at - b.at || a.execution - b.execution || a.seq - b.seq;
}
