/**
 * Objects of the engine whose content it does not show: they cannot be saved.
 */
import { stringIteratorPrototype } from "../../iterator-objects/intrinsics.js";
import { NativeMap } from "../natives.js";

/** What their instances are, by prototype. */
export function refusedPrototypes(): ReadonlyMap<object, string> {
  const refused = new NativeMap<object, string>();
  refused.set(stringIteratorPrototype, "a native string iterator");
  for (const name of ["Promise", "SharedArrayBuffer", "WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry"]) {
    const nativeClass: unknown = Reflect.get(globalThis, name);
    if (typeof nativeClass === "function") refused.set(nativeClass.prototype, `a native ${name}`);
  }
  return refused;
}
