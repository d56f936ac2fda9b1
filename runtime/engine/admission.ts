/**
 * Which of the calls that share a limit may start. A call that may not is kept in line: the higher priority first, then
 * the older one. Calls with other keys are never held up by it.
 *
 * A1  At most `limit` calls of a key are admitted and not released.
 * A2  At most `limit` calls of a key are admitted in any stretch of `per` ms of logical time.
 */
import type { TaskPolicy } from "../protocol/task-policy.js";

interface Limited {
  readonly task: string;
  readonly policy?: TaskPolicy;
}

interface Line<T> {
  /** Refs of those admitted and not released. */
  readonly running: Set<string>;
  /** Times of the last admissions, oldest first. */
  starts: number[];
  readonly waiting: Map<string, T>;
}

export class Admission<T extends Limited> {
  readonly #lines = new Map<string, Line<T>>();
  /** The lines of a ref. */
  readonly #linesOf = new Map<string, string>();

  /** How many calls are in line. */
  get waiting(): number {
    let count = 0;
    for (const line of this.#lines.values()) count += line.waiting.size;
    return count;
  }

  /** True for a call that is in line or admitted. */
  has(ref: string): boolean {
    return this.#linesOf.has(ref);
  }

  /** True when the call may start now; else it waits in line. Without limits always true. */
  enter(ref: string, call: T, now: number): boolean {
    const name = lineOf(call);
    if (name === undefined) return true;
    const line = this.#line(name);
    this.#linesOf.set(ref, name);
    if (line.waiting.size === 0 && hasRoom(line, call, now)) {
      admit(line, ref, call, now);
      return true;
    }
    line.waiting.set(ref, call);
    return false;
  }

  /** The call has ended or is gone. Gives those that may start in its place. */
  leave(ref: string, now: number): readonly (readonly [ref: string, call: T])[] {
    const name = this.#linesOf.get(ref);
    if (name === undefined) return [];
    this.#linesOf.delete(ref);
    const line = this.#line(name);
    line.running.delete(ref);
    line.waiting.delete(ref);
    return this.#advance(name, line, now);
  }

  /** Those that may start because time has passed. */
  due(now: number): readonly (readonly [ref: string, call: T])[] {
    return [...this.#lines].flatMap(([name, line]) => this.#advance(name, line, now));
  }

  /** When a rate next lets somebody in, ms since the epoch. */
  next(): number | undefined {
    let next: number | undefined;
    for (const line of this.#lines.values()) {
      const first = firstOf(line);
      const rate = first?.[1].policy?.rateLimit;
      if (first === undefined || rate === undefined || isFull(line, first[1])) continue;
      const oldest = line.starts.at(-rate.limit);
      const at = oldest === undefined ? 0 : oldest + rate.per;
      next = Math.min(next ?? at, at);
    }
    return next;
  }

  #advance(name: string, line: Line<T>, now: number): (readonly [string, T])[] {
    const started: (readonly [string, T])[] = [];
    for (let first = firstOf(line); first !== undefined && hasRoom(line, first[1], now); first = firstOf(line)) {
      line.waiting.delete(first[0]);
      admit(line, first[0], first[1], now);
      started.push(first);
    }
    if (line.waiting.size === 0 && line.running.size === 0 && line.starts.length === 0) this.#lines.delete(name);
    return started;
  }

  #line(name: string): Line<T> {
    let line = this.#lines.get(name);
    if (line === undefined) {
      line = { running: new Set(), starts: [], waiting: new Map() };
      this.#lines.set(name, line);
    }
    return line;
  }
}

function lineOf({ task, policy }: Limited): string | undefined {
  if (policy?.concurrency === undefined && policy?.rateLimit === undefined) return undefined;
  return JSON.stringify([task, policy.concurrency?.key, policy.rateLimit?.key]);
}

function firstOf<T extends Limited>(line: Line<T>): readonly [string, T] | undefined {
  let first: readonly [string, T] | undefined;
  for (const entry of line.waiting) {
    if (first === undefined || priorityOf(entry[1]) > priorityOf(first[1])) first = entry;
  }
  return first;
}

function priorityOf({ policy }: Limited): number {
  return policy?.priority ?? 0;
}

function isFull<T extends Limited>(line: Line<T>, { policy }: T): boolean {
  return policy?.concurrency !== undefined && line.running.size >= policy.concurrency.limit;
}

function hasRoom<T extends Limited>(line: Line<T>, call: T, now: number): boolean {
  if (isFull(line, call)) return false;
  const rate = call.policy?.rateLimit;
  if (rate === undefined) return true;
  line.starts = line.starts.filter((start) => start > now - rate.per);
  return line.starts.length < rate.limit;
}

function admit<T extends Limited>(line: Line<T>, ref: string, call: T, now: number): void {
  line.running.add(ref);
  if (call.policy?.rateLimit !== undefined) line.starts.push(now);
}
