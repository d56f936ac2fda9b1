/**
 * Numbers of durable operations. Outside they count from 1 (`seq` of commands and events). In the state each has a
 * *key* of constant width, so that a checkpoint does not grow with the number of steps taken, not even by a digit:
 * keys keep their width for the first four million operations.
 */
import type { Instance } from "./instance.js";

/** The key before the first. */
export const NO_OPERATION = 1_000_000;

/** The next operation's key. */
export function nextKey(instance: Instance): number {
  instance.state.seq += 1;
  return instance.state.seq;
}

/** The number that commands and events use for a key. */
export function seqOf(key: number): number {
  return key - NO_OPERATION;
}

/** The key of the operation that commands and events call `seq`. */
export function keyOf(seq: number): number {
  return seq + NO_OPERATION;
}
