/**
 * What lowered code calls: see protocol/helpers.ts for the contract of each. `$code`, `$module` and `$template` belong
 * to one instance; the others are the same for all.
 */
import {
  type AnyFunction,
  API_KEY,
  type ClassKit,
  type CodeRef,
  FRAME,
  type FrameRef,
  type FunctionKind,
  type GuestHelpers,
  type IteratorRef,
  type MakeFunction,
  type StepFunction,
} from "../protocol/helpers.js";
import { asking, noteTelling } from "./asking.js";
import { asyncDelegateTo, asyncYield, makeAsyncGenerator, resumeAsyncGenerator } from "./async-generator.js";
import {
  type AsyncIteratorRecord,
  asyncNext,
  asyncReturn,
  asyncReturned,
  asyncReturnFailed,
  asyncValue,
  openAsyncIterator,
} from "./async-iterator.js";
import { addKit, checkHeritage, makeClass, noteBrand, restoring } from "./classes.js";
import { caught } from "./current.js";
import { topLevelWait } from "./errors.js";
import { frameOf, resolvedAsync, startAsync } from "./frame.js";
import { dressFunction } from "./function-kinds.js";
import { delegateTo, makeGenerator, told } from "./generator.js";
import { ownGlobal } from "./globals/own.js";
import { isProxy, noteShaped } from "./heap/overrides.js";
import type { Instance } from "./instance.js";
import { iterate } from "./iterator-objects/open.js";
import {
  closeIterator,
  closeIteratorThrow,
  drainIterator,
  type IteratorRecord,
  openIterator,
  openKeys,
  stepIterator,
} from "./iterators.js";
import { drainJobs } from "./jobs.js";
import { FULFILLED, GPromise, REJECTED, type Settled } from "./promise.js";
import { toPromise } from "./promise-constructor.js";
import { Code, makeClosure, makeFunction, type Resume } from "./registry.js";
import { addResource, disposeNext, endResources, failResources, Resources } from "./resources.js";
import { SUSPENDED } from "./suspended.js";
import { TDZ } from "./tdz.js";

const { apply, ownKeys } = Reflect;
const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;
const NO_CAPTURES: readonly unknown[] = freeze([]);

// Lowered code hands back only what these helpers gave it, so the references are what they were made as.
const codeOf = (reference: CodeRef): Code => reference as Code;
const asyncRecordOf = (reference: IteratorRef): AsyncIteratorRecord => reference as AsyncIteratorRecord;
const resourcesOf = (reference: object): Resources => reference as Resources;
const recordOf = (reference: IteratorRef): IteratorRecord => reference as IteratorRecord;

/** ToPropertyKey. */
function propertyKey(value: unknown): PropertyKey {
  if (typeof value === "string" || typeof value === "symbol") return value;
  return ownKeys({ [value as PropertyKey]: undefined })[0] as PropertyKey;
}

/** SetFunctionName, for a function whose name depends on a computed key. */
function nameFunction(fn: AnyFunction, key: PropertyKey, prefix: string): void {
  const name = typeof key === "symbol" ? (key.description === undefined ? "" : `[${key.description}]`) : String(key);
  noteShaped(fn);
  defineProperty(fn, "name", { value: `${prefix}${name}`, writable: false, enumerable: false, configurable: true });
}

/** Names a function or class by a key, unless it has a static member of that name. */
function nameAnonymous(fn: AnyFunction, key: PropertyKey): AnyFunction {
  const own = getOwnPropertyDescriptor(fn, "name");
  if (own === undefined || own.value === "") nameFunction(fn, key, "");
  return fn;
}

/** The object that a `super` property is looked up in. */
function parentOf(home: object, key: unknown): object {
  const parent = getPrototypeOf(home) as object | null;
  if (parent === null) throw new TypeError(`cannot read property ${String(key)} of null`);
  return parent;
}

/** See GuestHelpers.$awaitTop. */
function awaitTop(value: unknown): unknown {
  const promise = toPromise(value);
  const outcome: { state: Settled | undefined; value: unknown } = { state: undefined, value: undefined };
  const settle = (state: Settled) => (result: unknown) => {
    outcome.state = state;
    outcome.value = result;
  };
  GPromise.handle(promise, settle(FULFILLED), settle(REJECTED));
  drainJobs(() => outcome.state !== undefined);
  if (outcome.state === undefined) throw topLevelWait();
  if (outcome.state === REJECTED) throw outcome.value;
  return outcome.value;
}

const shared = {
  $asking: asking,
  $clo: makeClosure as GuestHelpers["$clo"],
  $fn: (code: CodeRef, captures: readonly unknown[] = NO_CAPTURES): AnyFunction => makeFunction(codeOf(code), captures),
  // As they are, without a function around: they are most of what lowered code calls.
  $async: startAsync as unknown as GuestHelpers["$async"],
  $resolved: resolvedAsync as unknown as GuestHelpers["$resolved"],
  $rejected: GPromise.failed as unknown as GuestHelpers["$rejected"],
  $await: GPromise.park as unknown as GuestHelpers["$await"],

  $gen(fn: unknown, reference: FrameRef): object {
    const frame = frameOf(reference);
    return frame[FRAME.code].kind === "generator" ? makeGenerator(fn, frame) : makeAsyncGenerator(fn, frame);
  },
  $begin: () => SUSPENDED,
  $told: told,
  $delegate: delegateTo,
  $yieldAsync: (frame: FrameRef, value: unknown) => asyncYield(frameOf(frame), value),
  $delegateAsync: (frame: FrameRef, iterable: unknown) => asyncDelegateTo(frameOf(frame), iterable),
  $kind: dressFunction,
  $awaitTop: awaitTop,

  $TDZ: TDZ as GuestHelpers["$TDZ"],
  $init(value: unknown, name: string): unknown {
    if (value === TDZ) throw new ReferenceError(`Cannot access '${name}' before initialization`);
    return value;
  },
  $live(record: Record<string, unknown>, key: string): Record<string, unknown> {
    if (record[key] === TDZ) throw new ReferenceError(`Cannot access '${key}' before initialization`);
    return record;
  },
  $caught: caught,

  $key: propertyKey,
  $call(fn: unknown, self: unknown, args: readonly unknown[], what: string): unknown {
    if (typeof fn !== "function") throw new TypeError(`${what} is not a function`);
    return apply(fn, self, args);
  },
  $rest(source: unknown, excluded: readonly PropertyKey[]): object {
    const rest = {};
    if (source === undefined || source === null) return rest;
    const from: object = Object(source);
    const keys = ownKeys(from);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as PropertyKey;
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
  $accessor(object: object, key: unknown, kind: "get" | "set", fn: AnyFunction): object {
    const name = propertyKey(key);
    // What the source names is named by its code.
    if (fn.name === "") nameFunction(fn, name, `${kind} `);
    noteShaped(object);
    defineProperty(object, name, { [kind]: fn, enumerable: true, configurable: true });
    return object;
  },
  $extend(object: object, part: object): object {
    const keys = ownKeys(part);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as PropertyKey;
      defineProperty(object, key, getOwnPropertyDescriptor(part, key) as PropertyDescriptor);
    }
    const prototype: object | null = getPrototypeOf(part);
    if (prototype !== Object.prototype) setPrototypeOf(object, prototype);
    return object;
  },
  $property(key: unknown, fn: AnyFunction): object {
    const name = propertyKey(key);
    return { [name]: nameAnonymous(fn, name) };
  },
  $constants: freeze(Object.create(null)) as Record<string, unknown>,

  $class: (code: CodeRef, heritage: object | undefined, keys: readonly PropertyKey[], captures: readonly unknown[]) =>
    makeClass(codeOf(code), heritage, keys, captures),
  $heritage: checkHeritage,
  $kit: addKit,
  $named: nameAnonymous,
  $stamp: (object: object, kit: ClassKit) => noteBrand(object, kit, isProxy),
  $restoring: restoring,

  $superGet(home: object, key: unknown, self: unknown): unknown {
    return Reflect.get(parentOf(home, key), propertyKey(key), self);
  },
  $superSet(home: object, key: unknown, value: unknown, self: unknown): unknown {
    if (!Reflect.set(parentOf(home, key), propertyKey(key), value, self)) {
      throw new TypeError(`the property ${String(key)} cannot be assigned`);
    }
    return value;
  },

  $iterate: iterate,
  $iter: openIterator,
  $next: (record: IteratorRef) => stepIterator(recordOf(record)),
  $close: (record: IteratorRef) => closeIterator(recordOf(record)),
  $closeThrow: (record: IteratorRef) => closeIteratorThrow(recordOf(record)),
  $drain: (record: IteratorRef) => drainIterator(recordOf(record)),
  $keys: openKeys,

  $asyncIter: openAsyncIterator,
  $asyncNext: (record: IteratorRef) => asyncNext(asyncRecordOf(record)),
  $asyncValue: (record: IteratorRef, result: unknown) => asyncValue(asyncRecordOf(record), result),
  $asyncThrown(record: IteratorRef) {
    asyncRecordOf(record).thrown = true;
  },
  $asyncReturn: (record: IteratorRef) => asyncReturn(asyncRecordOf(record)),
  $asyncReturned: (record: IteratorRef, result: unknown) => asyncReturned(asyncRecordOf(record), result),
  $asyncReturnFailed: (record: IteratorRef, error: unknown) => asyncReturnFailed(asyncRecordOf(record), error),

  $resources: () => new Resources(),
  $use: (resources: object, value: unknown, asynchronous: boolean) =>
    addResource(resourcesOf(resources), value, asynchronous),
  $useFailed: (resources: object, error: unknown) => failResources(resourcesOf(resources), error),
  $useDispose: (resources: object) => disposeNext(resourcesOf(resources)),
  $useAwaited: (resources: object) => resourcesOf(resources).awaited,
  $useEnd: (resources: object) => endResources(resourcesOf(resources)),
} satisfies Partial<GuestHelpers>;

function resumeOf(kind: FunctionKind | undefined): Resume | undefined {
  return kind === "asyncGenerator" ? resumeAsyncGenerator : undefined;
}

function addCode(instance: Instance, code: Code): Code {
  if (instance.code.has(code.id)) throw new TypeError(`duplicate code ${code.id}`);
  instance.code.set(code.id, code);
  return code;
}

function makerOf(code: Code): (...captures: unknown[]) => AnyFunction {
  return (...captures) => makeFunction(code, captures);
}

/** The helpers for one instance, with the authoring API under its key. */
export function makeHelpers(instance: Instance, api: object): GuestHelpers & Readonly<Record<typeof API_KEY, object>> {
  return {
    ...shared,
    $code(
      id: string,
      make: MakeFunction | null,
      step: StepFunction | null,
      kind?: FunctionKind,
      eager = false,
    ): CodeRef {
      return addCode(instance, new Code(id, make, step, kind, resumeOf(kind), eager));
    },
    $maker(id, make, step = null, kind, eager = false) {
      const code = addCode(instance, new Code(id, make, step, kind, resumeOf(kind), eager, true));
      noteTelling(code);
      return kind === undefined ? (make as (...captures: unknown[]) => AnyFunction) : makerOf(code);
    },
    $global: () => ownGlobal(instance),
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
