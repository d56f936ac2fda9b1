/**
 * Objects of the engine whose content it does not show: they cannot be saved.
 */

import { getPrototypeOf, NativeMap } from "../natives.js";

/** What their instances are, by prototype. */
export function refusedPrototypes(): ReadonlyMap<object, string> {
  const refused = new NativeMap<object, string>();
  const iterator = (iterable: Iterable<unknown>) => getPrototypeOf(iterable[Symbol.iterator]()) as object;
  refused.set(iterator([]), "a native array iterator");
  refused.set(iterator(""), "a native string iterator");
  refused.set(iterator(new Map()), "a native Map iterator");
  refused.set(iterator(new Set()), "a native Set iterator");
  refused.set(getPrototypeOf("".matchAll(/x/g)) as object, "a native iterator of matches");
  for (const name of ["Promise", "SharedArrayBuffer", "WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry"]) {
    const nativeClass: unknown = Reflect.get(globalThis, name);
    if (typeof nativeClass === "function") refused.set(nativeClass.prototype, `a native ${name}`);
  }
  addIteratorHelpers(refused);
  return refused;
}

function addIteratorHelpers(refused: Map<object, string>): void {
  const nativeClass: unknown = Reflect.get(globalThis, "Iterator");
  if (typeof nativeClass !== "function") return;
  const mapped: unknown = Reflect.get(nativeClass.prototype, "map");
  if (typeof mapped === "function") {
    const helper: object = Reflect.apply(mapped, [].values(), [(x: unknown) => x]);
    refused.set(getPrototypeOf(helper) as object, "a native iterator helper");
  }
  const from: unknown = Reflect.get(nativeClass, "from");
  if (typeof from === "function") {
    const wrapped: object = Reflect.apply(from, nativeClass, [{ next: () => ({ done: true }) }]);
    refused.set(getPrototypeOf(wrapped) as object, "a native iterator");
  }
}
