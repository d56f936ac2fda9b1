/**
 * Freezes the intrinsics of a realm, so that executions which share it cannot meet through a changed prototype.
 *
 * H1  After hardening, no object reachable from the global object by own properties and prototypes can be changed,
 *     save the global object itself: the guest runtime freezes that once it has installed the program.
 * H2  Assigning to an own property that shadows an inherited one still works for the names that programs do assign
 *     (`this.name = …` in an error class): these become accessors first. Otherwise a frozen prototype would refuse it
 *     (the override mistake).
 */

/** Runs inside the guest: uses nothing but the language. */
function harden(): void {
  const ownKeys = Reflect.ownKeys;
  const describe = Reflect.getOwnPropertyDescriptor;
  const overridable = new Set<PropertyKey>([
    "name",
    "message",
    "toString",
    "constructor",
    "valueOf",
    "toJSON",
    "stack",
  ]);

  const allowOverride = (target: object, key: PropertyKey): void => {
    const found = describe(target, key);
    if (found === undefined || !("value" in found) || found.configurable !== true) return;
    const value: unknown = found.value;
    Object.defineProperty(target, key, {
      get: () => value,
      set(this: object, replacement: unknown) {
        if (this === target) throw new TypeError(`cannot change the shared ${String(key)} of a built-in object`);
        Object.defineProperty(this, key, { value: replacement, writable: true, enumerable: true, configurable: true });
      },
      enumerable: found.enumerable ?? false,
      configurable: false,
    });
  };

  const seen = new Set<object>();
  const queue: object[] = [];
  const visit = (value: unknown): void => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
    if (value === globalThis || seen.has(value)) return;
    seen.add(value);
    queue.push(value);
  };
  const visitProperties = (target: object): void => {
    for (const key of ownKeys(target)) {
      const found = describe(target, key);
      if (found === undefined) continue;
      visit(found.value);
      visit(found.get);
      visit(found.set);
    }
  };

  visitProperties(globalThis);
  const asyncFunction = async (): Promise<void> => undefined;
  const generator = function* (): Generator {};
  const asyncGenerator = async function* (): AsyncGenerator {};
  for (const hidden of [
    asyncFunction,
    generator,
    asyncGenerator,
    [][Symbol.iterator](),
    new Map().entries(),
    new Set().values(),
    ""[Symbol.iterator](),
    "".matchAll(/./g),
  ]) {
    visit(Object.getPrototypeOf(hidden));
  }
  for (let target = queue.pop(); target !== undefined; target = queue.pop()) {
    visitProperties(target);
    visit(Object.getPrototypeOf(target));
  }
  for (const target of seen) {
    const isPrototype = typeof target === "object" || target === Function.prototype;
    const owner = describe(target, "constructor");
    if (!isPrototype || owner === undefined) continue;
    for (const key of overridable) {
      // Every `await` reads the constructor of a promise, and nothing assigns one.
      if (key !== "constructor" || target !== Promise.prototype) allowOverride(target, key);
    }
  }
  for (const target of seen) Object.freeze(target);
}

/** The script that hardens the realm it is evaluated in. */
export const HARDEN_CODE = `(${harden.toString()})();`;
