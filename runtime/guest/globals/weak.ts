/**
 * `WeakRef` and `FinalizationRegistry`: when garbage is collected must not be visible to a workflow, or a replay would
 * differ. So a WeakRef holds strongly and a FinalizationRegistry never calls back; ECMAScript allows both.
 */
import { defineGlobal } from "./define.js";

type Key = object | symbol;

function isKey(value: unknown): value is Key {
  if (typeof value === "symbol") return Symbol.keyFor(value) === undefined;
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

interface StrongRefAccess {
  /** True for a WeakRef, whatever its prototype. */
  is(value: unknown): value is StrongRef;
  targetOf(reference: StrongRef): Key;
  retarget(reference: StrongRef, target: Key): void;
}

let strongRefs: StrongRefAccess;

/** WeakRef that holds its target strongly. */
export class StrongRef {
  #target: Key;

  constructor(target: unknown) {
    if (!isKey(target)) throw new TypeError("WeakRef: the target must be an object or a unique symbol");
    this.#target = target;
  }

  deref(): Key {
    return this.#target;
  }

  // Not static methods, because user code can reach those.
  static {
    strongRefs = {
      is: (value): value is StrongRef => typeof value === "object" && value !== null && #target in value,
      targetOf: (reference) => reference.#target,
      retarget: (reference, target) => {
        reference.#target = target;
      },
    };
  }
}

/** For the heap: access to what a WeakRef holds. */
export { strongRefs };

/** FinalizationRegistry that never calls back, and so has nothing to keep. */
export class SilentRegistry {
  constructor(cleanup: unknown) {
    if (typeof cleanup !== "function") throw new TypeError("FinalizationRegistry: cleanup must be a function");
  }

  register(target: unknown, heldValue: unknown, token?: unknown): void {
    if (!isKey(target)) throw new TypeError("FinalizationRegistry: the target must be an object or a unique symbol");
    if (target === heldValue) throw new TypeError("FinalizationRegistry: target and held value must not be the same");
    if (token !== undefined && !isKey(token)) throw new TypeError("FinalizationRegistry: invalid unregister token");
  }

  unregister(token: unknown): boolean {
    if (!isKey(token)) throw new TypeError("FinalizationRegistry: invalid unregister token");
    return false;
  }
}

function publish(name: string, Class: { readonly prototype: object }): void {
  Object.defineProperty(Class, "name", { value: name, configurable: true });
  Object.defineProperty(Class.prototype, Symbol.toStringTag, { value: name, configurable: true });
  defineGlobal(name, Class);
}

/** Replaces both globals. */
export function installWeak(): void {
  publish("WeakRef", StrongRef);
  publish("FinalizationRegistry", SilentRegistry);
}
