/**
 * Makes an engine thread blind to the host's clock, time zone and language.
 *
 * QuickJS asks its host for the time and for local time through the thread's own `Date`. The thread needs neither
 * (it measures with `performance.now()`), so both are fixed here, under everything that a realm's globals do:
 * whatever a guest gets hold of, local time is UTC and the clock stands still. The language is part of the environment
 * that the engine is given in its memory.
 */
const UTC_TWINS = {
  getFullYear: "getUTCFullYear",
  getMonth: "getUTCMonth",
  getDate: "getUTCDate",
  getDay: "getUTCDay",
  getHours: "getUTCHours",
  getMinutes: "getUTCMinutes",
  getSeconds: "getUTCSeconds",
} as const;

/** Fixes `Date` and `navigator` of the calling thread for good. Never to be called on an application's main thread. */
export function neutralise(): void {
  const prototype = Date.prototype;
  for (const [local, utc] of Object.entries(UTC_TWINS)) {
    Object.defineProperty(prototype, local, { value: prototype[utc], writable: true, configurable: true });
  }
  Object.defineProperty(prototype, "getTimezoneOffset", { value: () => 0, writable: true, configurable: true });
  Date.now = () => 0;
  Object.defineProperty(globalThis, "navigator", { value: undefined, configurable: true });
}
