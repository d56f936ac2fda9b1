/**
 * What the heap tests share: a realm with named intrinsics, and programs in the form that the compiler gives them.
 */
import assert from "node:assert/strict";
import { setPlaceOf } from "#runtime/guest/asking.js";
import { current, setTurn } from "#runtime/guest/current.js";
import { StrongRef } from "#runtime/guest/globals/weak.js";
import { captureBaseline } from "#runtime/guest/heap/baseline.js";
import { nameIntrinsics } from "#runtime/guest/heap/intrinsics.js";
import { installHeapOverrides } from "#runtime/guest/heap/overrides.js";
import { readHeap } from "#runtime/guest/heap/read.js";
import { installWeak } from "#runtime/guest/heap/weak.js";
import { type Written, writeHeap } from "#runtime/guest/heap/write.js";
import { makeHelpers } from "#runtime/guest/helpers.js";
import type { Instance } from "#runtime/guest/instance.js";
import { IteratorRecord } from "#runtime/guest/iterators.js";
import { GPromise } from "#runtime/guest/promise.js";
import { combinators } from "#runtime/guest/promise-combinators.js";
import { assemblePromise, PromiseConstructor } from "#runtime/guest/promise-constructor.js";
import { Code, makeClosure } from "#runtime/guest/registry.js";
import { initialState } from "#runtime/guest/state.js";
import type { AnyFunction, GuestHelpers, MakeFunction, StepFunction } from "#runtime/protocol/helpers.js";

const ECMASCRIPT = [
  "Object",
  "Function",
  "Array",
  "String",
  "Number",
  "Boolean",
  "Symbol",
  "BigInt",
  "Math",
  "JSON",
  "Reflect",
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "FinalizationRegistry",
  "Proxy",
  "Date",
  "RegExp",
  "Error",
  "AggregateError",
  "TypeError",
  "RangeError",
  "SyntaxError",
  "ReferenceError",
  "EvalError",
  "URIError",
  "ArrayBuffer",
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Iterator",
  "DisposableStack",
  "AsyncDisposableStack",
  "parseInt",
  "parseFloat",
  "isNaN",
];

const functionText = Function.prototype.toString;
const textOfFunction = (fn: AnyFunction): string => functionText.call(fn);

let booted = false;

/** Prepares this process as a realm; once. */
export function bootRealm(): void {
  if (booted) return;
  booted = true;
  // This engine tells no places; no two functions of the tests' programs have the same text.
  setPlaceOf((fn) => textOfFunction(fn));
  installHeapOverrides(globalThis);
  installWeak(globalThis);
  assemblePromise(combinators);
  Object.defineProperty(globalThis, "WeakRef", { value: StrongRef, writable: true, configurable: true });
  const global: Record<string, unknown> = { Promise: PromiseConstructor };
  for (const name of ECMASCRIPT) if (name in globalThis) global[name] = Reflect.get(globalThis, name);
  nameIntrinsics(global, { GPromise, IteratorRecord, NativePromise: Promise });
}

/** What a program's factory may do. */
export interface Helpers {
  code(id: string, make: MakeFunction | null, step?: StepFunction): Code;
  clo(code: Code, captures?: readonly unknown[]): AnyFunction;
  /** What the guest gives to compiled code. */
  readonly guest: GuestHelpers;
  module(id: string, bindings: Record<string, unknown>, variables?: Instance["modules"][number]["variables"]): void;
}
export type Program = (helpers: Helpers) => void;

/** A fresh instance of a program, with its baseline captured. */
export function instantiate(program: Program = () => undefined): Instance {
  bootRealm();
  const instance: Instance = {
    execution: "x",
    code: new Map(),
    modules: [],
    workflows: new Map(),
    queries: new Map(),
    templates: new Map(),
    state: initialState([1, 2, 3, 4]),
  };
  program({
    code: (id, make, step) => {
      const code = new Code(id, make, step ?? null, undefined);
      instance.code.set(id, code);
      return code;
    },
    clo: makeClosure,
    guest: makeHelpers(instance, {}),
    module: (id, bindings, variables = {}) => instance.modules.push({ id, bindings, variables }),
  });
  inTurnOf(instance, () => captureBaseline(instance));
  return instance;
}

function inTurnOf<T>(instance: Instance, work: () => T): T {
  const outer = current;
  setTurn({ instance, phase: "run", commands: [], logs: [], scope: undefined, fault: undefined });
  try {
    return work();
  } finally {
    setTurn(outer);
  }
}

/** The checkpoint of an instance, written in a turn of it. */
export function write(instance: Instance): Written {
  return inTurnOf(instance, () => writeHeap(instance));
}

/** The text of a checkpoint. Fails the test if the state cannot be saved. */
export function textOf(instance: Instance): string {
  const written = write(instance);
  if ("unserializable" in written) assert.fail(`${written.unserializable.what} at ${written.unserializable.path}`);
  return written.text;
}

/** Writes, reads into a fresh instance, and checks that writing again gives the same text. */
export function restart(instance: Instance, program?: Program): Instance {
  const text = textOf(instance);
  const copy = instantiate(program);
  readHeap(copy, text);
  assert.equal(textOf(copy), text, "the restored state is written differently");
  return copy;
}

/** Sends one value through a checkpoint. */
export function roundTrip<T>(value: T, program?: Program): T {
  const instance = instantiate(program);
  instance.state.main = value;
  return restart(instance, program).state.main as T;
}

/** How the checkpoint of a state that holds `value` is refused. */
export function refusalOf(value: unknown, program?: Program): { readonly path: string; readonly what: string } {
  const instance = instantiate(program);
  instance.state.main = value;
  const written = write(instance);
  assert.ok("unserializable" in written, "the state was written");
  return written.unserializable;
}
