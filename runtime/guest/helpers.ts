/**
 * What lowered code calls: see protocol/helpers.ts for the contract of each. `$code`, `$module` and `$template` belong
 * to one instance; the others are the same for all.
 */
import {
  type AnyFunction,
  API_KEY,
  type CodeRef,
  type FrameRef,
  type GuestHelpers,
  type IteratorRef,
  type MakeFunction,
  type StepFunction,
} from "../protocol/helpers.js";
import { caught } from "./current.js";
import { awaitValue, Frame, runFrame } from "./frame.js";
import type { Instance } from "./instance.js";
import {
  closeIterator,
  closeIteratorThrow,
  drainIterator,
  type IteratorRecord,
  openIterator,
  openKeys,
  stepIterator,
} from "./iterators.js";
import { type Code, makeClosure } from "./registry.js";
import { TDZ } from "./tdz.js";

const { apply, ownKeys } = Reflect;
const { defineProperty, freeze, getOwnPropertyDescriptor } = Object;
const NO_CAPTURES: readonly unknown[] = freeze([]);

// Lowered code hands back only what these helpers gave it, so the references are what they were made as.
const codeOf = (reference: CodeRef): Code => reference as Code;
const frameOf = (reference: FrameRef): Frame => reference as Frame;
const recordOf = (reference: IteratorRef): IteratorRecord => reference as IteratorRecord;

const shared = {
  $clo: (code: CodeRef, captures: readonly unknown[] = NO_CAPTURES): AnyFunction => makeClosure(codeOf(code), captures),
  $fn(code: CodeRef, captures: readonly unknown[] = NO_CAPTURES): AnyFunction {
    const { id, make } = codeOf(code);
    if (make === null) throw new TypeError(`${id} has no factory`);
    return make(captures);
  },
  $async(code: CodeRef, self: unknown, args: unknown[], captures = NO_CAPTURES, fn: unknown = undefined) {
    const frame = new Frame(codeOf(code), self, args, captures, fn);
    runFrame(frame, 0, undefined);
    return frame.promise as unknown as PromiseLike<unknown>;
  },
  $await: (frame: FrameRef, value: unknown) => awaitValue(frameOf(frame), value),

  $TDZ: TDZ as GuestHelpers["$TDZ"],
  $init(value: unknown, name: string): unknown {
    if (value === TDZ) throw new ReferenceError(`Cannot access '${name}' before initialization`);
    return value;
  },
  $caught: caught,

  $key(value: unknown): PropertyKey {
    if (typeof value === "string" || typeof value === "symbol") return value;
    return ownKeys({ [value as PropertyKey]: undefined })[0] as PropertyKey;
  },
  $call(fn: unknown, self: unknown, args: readonly unknown[], what: string): unknown {
    if (typeof fn !== "function") throw new TypeError(`${what} is not a function`);
    return apply(fn, self, args);
  },
  $rest(source: unknown, excluded: readonly PropertyKey[]): object {
    const rest = {};
    if (source === undefined || source === null) return rest;
    const from: object = Object(source);
    for (const key of ownKeys(from)) {
      if (excluded.includes(key) || getOwnPropertyDescriptor(from, key)?.enumerable !== true) continue;
      defineProperty(rest, key, {
        value: Reflect.get(from, key),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return rest;
  },
  $coercible(value: unknown): unknown {
    if (value === undefined || value === null) throw new TypeError(`Cannot destructure '${String(value)}'`);
    return value;
  },
  $accessor(object: object, key: PropertyKey, kind: "get" | "set", fn: AnyFunction): object {
    defineProperty(object, key, { [kind]: fn, enumerable: true, configurable: true });
    return object;
  },

  $iter: openIterator,
  $next: (record: IteratorRef) => stepIterator(recordOf(record)),
  $close: (record: IteratorRef) => closeIterator(recordOf(record)),
  $closeThrow: (record: IteratorRef) => closeIteratorThrow(recordOf(record)),
  $drain: (record: IteratorRef) => drainIterator(recordOf(record)),
  $keys: openKeys,
} satisfies Partial<GuestHelpers>;

/** The helpers for one instance, with the authoring API under its key. */
export function makeHelpers(instance: Instance, api: object): GuestHelpers & Readonly<Record<typeof API_KEY, object>> {
  return {
    ...shared,
    $code(id: string, make: MakeFunction | null, step: StepFunction | null): CodeRef {
      if (instance.code.has(id)) throw new TypeError(`duplicate code ${id}`);
      const code: Code = { id, make, step };
      instance.code.set(id, code);
      return code;
    },
    $module(id, bindings, variables = {}) {
      instance.modules.push({ id, bindings, variables });
    },
    $template(site, cooked, raw) {
      const known = instance.templates.get(site);
      if (known !== undefined) return known;
      const strings = [...cooked] as string[];
      defineProperty(strings, "raw", { value: freeze([...raw]) });
      instance.templates.set(site, freeze(strings));
      return strings;
    },
    [API_KEY]: api,
  };
}
