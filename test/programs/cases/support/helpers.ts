/** A module of its own that waits. */
import { duration } from "eventual";

let calls = 0;

/** Passes `value` on after `seconds`, with the number of calls so far in this execution. */
export async function later<T>(value: T, seconds = 1): Promise<readonly [T, number]> {
  calls++;
  await duration(seconds);
  return [value, calls];
}

export const isEven = async (n: number): Promise<boolean> => (n === 0 ? true : isOdd(n - 1));
export async function isOdd(n: number): Promise<boolean> {
  return n === 0 ? false : await isEven(n - 1);
}
