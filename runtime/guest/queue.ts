/**
 * The queue of promise jobs, oldest first. It is the realm's, not an instance's: it is empty between two turns, and
 * whatever is left when a turn fails is dropped.
 *
 * Three entries of one array per job, because the engine makes an object in three times the time of storing three.
 */
import type { GPromise, Reaction, Settled, THROWN } from "./promise.js";

/** In place of a state: the job asks a thenable for its outcome. */
export const ASK = 0;

/** A thenable and its `then` method. */
export type Question = readonly [thenable: object, then: unknown];

let entries: unknown[] = [];
let head = 0;
/** Beyond this many entries that are done with, the rest is moved to the front. */
const COMPACT_FROM = 3 * 1024;

/** The job that `takeJob` took. */
export let target: Reaction | GPromise;
export let state: Settled | typeof THROWN | typeof ASK;
export let value: unknown;

/** A reaction to a promise that is settled; THROWN only for frames. */
export function enqueue(reaction: Reaction, outcome: Settled | typeof THROWN, result: unknown): void {
  const { length } = entries;
  entries[length] = reaction;
  entries[length + 1] = outcome;
  entries[length + 2] = result;
}

/** Asking a thenable for the outcome of `promise`. */
export function enqueueQuestion(promise: GPromise, question: Question): void {
  entries.push(promise, ASK, question);
}

/** True if there is a job. */
export function jobsWait(): boolean {
  return head < entries.length;
}

/** Takes the oldest job; false if there is none. */
export function takeJob(): boolean {
  if (head === entries.length) {
    if (head > 0) clearJobs();
    return false;
  }
  target = entries[head] as Reaction | GPromise;
  state = entries[head + 1] as typeof state;
  value = entries[head + 2];
  head += 3;
  if (head >= COMPACT_FROM) {
    entries = entries.slice(head);
    head = 0;
  }
  return true;
}

/** All jobs as plain data, for who saves a state in which there are some; `putJobs` takes it. */
export function listJobs(): unknown[] {
  return entries.slice(head);
}

/** Replaces the queue by what `listJobs` gave. */
export function putJobs(list: readonly unknown[]): void {
  entries = [...list];
  head = 0;
}

/** Forgets all jobs. */
export function clearJobs(): void {
  entries = [];
  head = 0;
}
