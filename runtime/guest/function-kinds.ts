/**
 * The intrinsic objects behind functions that suspend (ECMA-262 §27.3 to §27.7). Such functions are compiled to plain
 * ones; here they get back the prototypes of their kind. The objects are the engine's own, with the methods of its
 * generators replaced.
 */
import type { AnyFunction, FunctionKind } from "../protocol/helpers.js";
import { sideRecords } from "./side-record.js";

const { create, defineProperty, getPrototypeOf, setPrototypeOf } = Object;

const prototypes: Readonly<Record<FunctionKind, object>> = {
  async: getPrototypeOf(async () => undefined) as object,
  // biome-ignore lint/correctness/useYield: only its prototype is wanted
  generator: getPrototypeOf(function* () {
    return undefined;
  }) as object,
  // biome-ignore lint/correctness/useYield: only its prototype is wanted
  asyncGenerator: getPrototypeOf(async function* () {
    return undefined;
  }) as object,
};

/** %GeneratorPrototype% */
export const generatorPrototype = Reflect.get(prototypes.generator, "prototype") as object;
/** %AsyncGeneratorPrototype% */
export const asyncGeneratorPrototype = Reflect.get(prototypes.asyncGenerator, "prototype") as object;
/** %AsyncIteratorPrototype% */
export const asyncIteratorPrototype = getPrototypeOf(asyncGeneratorPrototype) as object;

/** Which function an object was born as the `prototype` of: generators' prototypes have no `constructor` that tells. */
const owners = sideRecords<AnyFunction>();

/** Gives a fresh function the [[Prototype]] of its kind and, to a generator function, its `prototype` object. */
export function dressFunction(fn: AnyFunction, kind: FunctionKind): AnyFunction {
  setPrototypeOf(fn, prototypes[kind]);
  if (kind === "async") return fn;
  const prototype: object = create(kind === "generator" ? generatorPrototype : asyncGeneratorPrototype);
  owners.add(prototype, fn);
  defineProperty(fn, "prototype", { value: prototype, writable: true, enumerable: false, configurable: false });
  return fn;
}

/** The generator function that the object was made with as its `prototype`; undefined for other objects. */
export function generatorFunctionOf(prototype: object): AnyFunction | undefined {
  return owners.get(prototype);
}
