/**
 * The engine under test waits for its threads and files on the process's own timers. Under a framework's fake ones it
 * would wait for ever, so the environment refuses to.
 */
import { fakeTimers } from "./faults.js";

/** Throws Fault EV8608 while fake timers are in place of the real ones. */
export function assertRealTimers(): void {
  if ([setTimeout, setImmediate].some(isFake)) throw fakeTimers();
}

/** Those of sinon, which vitest and jest use, lead to their clock; those of node:test are bound methods. */
function isFake(timer: { readonly name: string }): boolean {
  return "clock" in timer || timer.name.startsWith("bound ");
}
