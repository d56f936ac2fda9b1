/**
 * Which of the calls that share a limit may start. A call that may not is kept in line: the higher priority first, then
 * the older one. Calls with other keys are never held up by it.
 *
 * A1  At most `limit` calls of a concurrency's key are admitted and not released.
 * A2  At most `limit` calls of a rate's key are admitted in any stretch of `per` ms of logical time.
 * A3  The two keys of a call are independent: it may share its rate with calls whose concurrency is counted elsewhere.
 *     Calls that share both stand in one line, whose first is the only one that can be next.
 * A4  What a rate has let in is noted in the store with the lease of the attempt, under `rateGate`, and given back to the
 *     next incarnation (`restore`): a restart opens no rate anew.
 */
import { createHash } from "node:crypto";
import type { TaskPolicy } from "../protocol/task-policy.js";
import type { StartRow } from "../store/store.js";

interface Limited {
  readonly task: string;
  readonly policy?: TaskPolicy;
}

/** What the calls with one key of one limit have taken of it. */
interface Gate<T> {
  readonly name: string;
  /** Of a concurrency: refs of those admitted and not released. */
  readonly running: Set<string>;
  /** Of a rate: times of the last admissions, oldest first. */
  starts: number[];
  /** How long a start counts, ms. */
  per: number;
  readonly lines: Set<Line<T>>;
}

interface Waiting<T> {
  readonly ref: string;
  readonly call: T;
  /** Grows with each call that comes. */
  readonly order: number;
}

/** Calls with the same gates. */
interface Line<T> {
  readonly name: string;
  readonly concurrency: Gate<T> | undefined;
  readonly rate: Gate<T> | undefined;
  /** In order of their coming. */
  readonly waiting: Map<string, Waiting<T>>;
}

/** Keys that have gone out of use are forgotten when there are so many more than there were after the last time. */
const SWEEP_EVERY = 1000;

type Started<T> = readonly [ref: string, call: T];

export class Admission<T extends Limited> {
  readonly #gates = new Map<string, Gate<T>>();
  readonly #lines = new Map<string, Line<T>>();
  /** Starts of an earlier incarnation, by gate, until somebody asks for it. */
  readonly #restored = new Map<string, number[]>();
  /** By ref, of those in line or admitted. */
  readonly #lineOf = new Map<string, Line<T>>();
  #came = 0;
  #sweepAt = SWEEP_EVERY;

  /** How many calls are in line. */
  get waiting(): number {
    let count = 0;
    for (const line of this.#lines.values()) count += line.waiting.size;
    return count;
  }

  /** How many pairs of keys are known. */
  get keys(): number {
    return this.#lines.size;
  }

  /** True for a call that is in line or admitted. */
  has(ref: string): boolean {
    return this.#lineOf.has(ref);
  }

  /** Takes over what earlier incarnations have let in, oldest first. To be called before the first call enters. */
  restore(starts: readonly StartRow[]): void {
    for (const { gate, at } of starts) {
      const known = this.#restored.get(gate);
      if (known === undefined) this.#restored.set(gate, [at]);
      else known.push(at);
    }
  }

  /** True when the call may start now; else it waits in line. Without limits always true. */
  enter(ref: string, call: T, now: number): boolean {
    if (this.#lines.size >= this.#sweepAt) this.#sweep(now);
    const line = this.#line(call);
    if (line === undefined) return true;
    this.#lineOf.set(ref, line);
    const isNext = line.waiting.size === 0 && hasRoom(line, call, now);
    // Whoever waits for the same and could start goes first: it does when `due` is asked.
    if (isNext && nextOf(neighbours(line), now) === undefined) {
      admit(line, ref, call, now);
      return true;
    }
    line.waiting.set(ref, { ref, call, order: this.#came++ });
    return false;
  }

  /** A call that an earlier incarnation has admitted still runs: it counts, whatever the limit is. */
  occupy(ref: string, call: T): void {
    const line = this.#line(call);
    if (line === undefined) return;
    this.#lineOf.set(ref, line);
    line.concurrency?.running.add(ref);
  }

  /** The call has ended or is gone. Gives those that may start in its place. */
  leave(ref: string, now: number): readonly Started<T>[] {
    const line = this.#lineOf.get(ref);
    if (line === undefined) return [];
    this.#lineOf.delete(ref);
    line.concurrency?.running.delete(ref);
    line.waiting.delete(ref);
    return this.#advance(neighbours(line), now);
  }

  /** Those that may start because time has passed. */
  due(now: number): readonly Started<T>[] {
    return this.#advance(new Set(this.#lines.values()), now);
  }

  /** When a rate next lets somebody in, ms since the epoch. */
  next(): number | undefined {
    let next: number | undefined;
    for (const line of this.#lines.values()) {
      const first = firstOf(line);
      const rate = first?.call.policy?.rateLimit;
      if (first === undefined || rate === undefined || isFull(line, first.call)) continue;
      const oldest = line.rate?.starts.at(-rate.limit);
      const at = oldest === undefined ? 0 : oldest + rate.per;
      next = Math.min(next ?? at, at);
    }
    return next;
  }

  #advance(lines: ReadonlySet<Line<T>>, now: number): Started<T>[] {
    const started: Started<T>[] = [];
    for (let next = nextOf(lines, now); next !== undefined; next = nextOf(lines, now)) {
      const { line, first } = next;
      line.waiting.delete(first.ref);
      admit(line, first.ref, first.call, now);
      started.push([first.ref, first.call]);
    }
    for (const line of lines) this.#forgetIfUnused(line, now);
    return started;
  }

  #sweep(now: number): void {
    for (const line of this.#lines.values()) this.#forgetIfUnused(line, now);
    this.#sweepAt = 2 * this.#lines.size + SWEEP_EVERY;
  }

  #line({ task, policy }: T): Line<T> | undefined {
    if (policy?.concurrency === undefined && policy?.rateLimit === undefined) return undefined;
    const name = JSON.stringify([task, policy.concurrency?.key, policy.rateLimit?.key]);
    const known = this.#lines.get(name);
    if (known !== undefined) return known;
    const { concurrency, rateLimit } = policy;
    const line: Line<T> = {
      name,
      concurrency: concurrency && this.#gate(JSON.stringify(["concurrency", task, concurrency.key])),
      rate: rateLimit && this.#rate(task, rateLimit.key),
      waiting: new Map(),
    };
    for (const gate of gatesOf(line)) gate.lines.add(line);
    if (line.rate !== undefined) line.rate.per = Math.max(line.rate.per, rateLimit?.per ?? 0);
    this.#lines.set(name, line);
    return line;
  }

  #rate(task: string, key: string): Gate<T> {
    const gate = this.#gate(JSON.stringify(["rate", task, key]));
    if (this.#restored.size === 0) return gate;
    const name = rateGate(task, key);
    gate.starts = [...(this.#restored.get(name) ?? []), ...gate.starts];
    this.#restored.delete(name);
    return gate;
  }

  #gate(name: string): Gate<T> {
    let gate = this.#gates.get(name);
    if (gate === undefined) {
      gate = { name, running: new Set(), starts: [], per: 0, lines: new Set() };
      this.#gates.set(name, gate);
    }
    return gate;
  }

  /** A gate that something has been taken of keeps its lines. */
  #forgetIfUnused(line: Line<T>, now: number): void {
    const gates = gatesOf(line);
    const isUsed = ({ running, starts, per }: Gate<T>): boolean =>
      running.size > 0 || starts.some((start) => start > now - per);
    if (line.waiting.size > 0 || gates.some(isUsed)) return;
    this.#lines.delete(line.name);
    for (const gate of gates) {
      gate.lines.delete(line);
      if (gate.lines.size === 0) this.#gates.delete(gate.name);
    }
  }
}

/** The name of a task's rate for a key, as it is stored: keys may be long, and nobody else's business. */
export function rateGate(task: string, key: string): string {
  return createHash("sha256")
    .update(JSON.stringify([task, key]))
    .digest("base64url");
}

function gatesOf<T>({ concurrency, rate }: Line<T>): Gate<T>[] {
  return [concurrency, rate].filter((gate) => gate !== undefined);
}

/** The line itself, and those that share a gate with it. */
function neighbours<T>(line: Line<T>): ReadonlySet<Line<T>> {
  return new Set(gatesOf(line).flatMap((gate) => [...gate.lines]));
}

/** Of the first ones of the lines, the one that goes before the others of those that may start. */
function nextOf<T extends Limited>(
  lines: ReadonlySet<Line<T>>,
  now: number,
): { readonly line: Line<T>; readonly first: Waiting<T> } | undefined {
  let next: { line: Line<T>; first: Waiting<T> } | undefined;
  for (const line of lines) {
    const first = firstOf(line);
    if (first === undefined || !hasRoom(line, first.call, now)) continue;
    if (next === undefined || goesBefore(first, next.first)) next = { line, first };
  }
  return next;
}

function firstOf<T extends Limited>(line: Line<T>): Waiting<T> | undefined {
  let first: Waiting<T> | undefined;
  for (const waiting of line.waiting.values()) {
    if (first === undefined || goesBefore(waiting, first)) first = waiting;
  }
  return first;
}

function goesBefore<T extends Limited>(one: Waiting<T>, other: Waiting<T>): boolean {
  const [mine, theirs] = [one.call.policy?.priority ?? 0, other.call.policy?.priority ?? 0];
  return mine === theirs ? one.order < other.order : mine > theirs;
}

function isFull<T extends Limited>({ concurrency }: Line<T>, { policy }: T): boolean {
  return policy?.concurrency !== undefined && (concurrency?.running.size ?? 0) >= policy.concurrency.limit;
}

function hasRoom<T extends Limited>(line: Line<T>, call: T, now: number): boolean {
  if (isFull(line, call)) return false;
  const limit = call.policy?.rateLimit;
  if (limit === undefined || line.rate === undefined) return true;
  line.rate.starts = line.rate.starts.filter((start) => start > now - limit.per);
  return line.rate.starts.length < limit.limit;
}

function admit<T extends Limited>(line: Line<T>, ref: string, call: T, now: number): void {
  line.concurrency?.running.add(ref);
  if (call.policy?.rateLimit !== undefined) line.rate?.starts.push(now);
}
