/** Putting globals into the realm as the specification has them: writable, configurable, not enumerable. */

/** Defines a property of the global object. */
export function defineGlobal(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });
}
