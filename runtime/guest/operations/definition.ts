/**
 * What user code gets for a definition: an object that nobody can change. A frozen object is known to be as new without
 * a look at it, whether for a checkpoint or for the next execution (spares.ts).
 */
import type { AnyFunction } from "../../protocol/helpers.js";

const { assign, defineProperty, freeze } = Object;

/** Gives a function its name and properties, for good. */
export function definedFunction(name: string, fn: AnyFunction, properties: object): AnyFunction {
  defineProperty(fn, "name", { value: name, configurable: true });
  return freeze(assign(fn, properties));
}
