/**
 * The helpers of lowered code on Node's own promises: enough to run a lowered function beside its original and compare
 * what they do. State machines, environments and closures are the compiler's; only the scheduling is Node's.
 */
import { addKit, checkHeritage, makeClass, restoring } from "#runtime/guest/classes.js";
import { Code } from "#runtime/guest/registry.js";
import type { ClassParts } from "#runtime/protocol/helpers.js";

type NativeFrame = [code: NativeCode, pc: number, owner: Resume | undefined, ...rest: unknown[]];
type Resume = (mode: 0 | 1 | 2, value: unknown) => void;
type Step = (frame: NativeFrame, mode: 0 | 1 | 2 | 3, value: unknown) => unknown;
// biome-ignore lint/complexity/noBannedTypes: any function of a program
type Callable = Function;
interface NativeCode {
  readonly make: ((captures: readonly unknown[], code: NativeCode) => Callable) | null;
  readonly step: Step | null;
  readonly kind?: string;
}
interface NativeRecord {
  iterator: Iterator<unknown>;
  value: unknown;
  done: boolean;
}

const told = { keep: false, stay: false, value: undefined as unknown, take: () => told.value };
const SUSPENDED = Symbol("suspended");
const TDZ = Symbol("uninitialised");
const isObject = (value: unknown) => (typeof value === "object" && value !== null) || typeof value === "function";

/** Enough of one for bodies that only yield. */
function asyncGenerator(frame: NativeFrame): object {
  let mode: 0 | 1 = 0;
  return {
    async next(value: unknown) {
      const result = frame[0].step!(frame, mode, value);
      mode = 1;
      return result instanceof Yielded ? { value: result.value, done: false } : { value: result, done: true };
    },
  };
}

class Yielded {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

export const nativeHelpers = {
  $TDZ: TDZ,
  $code: (_id: string, make: NativeCode["make"], step: Step | null, kind?: string): NativeCode => ({
    make,
    step,
    ...(kind && { kind }),
  }),
  $maker: (_id: string, make: Callable, step: Step | null = null, kind?: string) => {
    const code = { make: make as NativeCode["make"], step, ...(kind && { kind }) };
    return kind === undefined
      ? make
      : (...captures: unknown[]) => (make as never as NonNullable<NativeCode["make"]>)(captures, code);
  },
  $asking: { on: false },
  $resolved: (value: unknown) => new Promise((resolve) => resolve(value)),
  $rejected: (error: unknown) => Promise.reject(error),
  $clo: (code: NativeCode, captures: readonly unknown[] = []) => code.make!(captures, code),
  $fn: (code: NativeCode, captures: readonly unknown[] = []) => code.make!(captures, code),
  $extend(object: object, part: object) {
    Object.defineProperties(object, Object.getOwnPropertyDescriptors(part));
    return object;
  },
  $property(key: PropertyKey, fn: Callable) {
    return { [key]: nativeHelpers.$named(fn, key) };
  },
  $module: () => undefined,
  $gen(_fn: Callable, frame: NativeFrame): object {
    if (frame[0].kind === "asyncGenerator") return asyncGenerator(frame);
    const object = (frame[0].step as unknown as (frame: NativeFrame) => Generator)(frame);
    const own = object.return.bind(object);
    object.return = (value) => {
      if (frame[1] === 0) return own(value);
      told.value = value;
      return object.next(told);
    };
    return object;
  },
  $told: told,
  $yieldAsync: (_frame: NativeFrame, value: unknown) => new Yielded(value),
  $delegate: (iterable: Iterable<unknown>) => ({ [Symbol.iterator]: () => iterable[Symbol.iterator]() }),
  $async(frame: NativeFrame) {
    return new Promise((resolve, reject) => {
      const resume: Resume = (mode, value) => {
        try {
          const result = frame[0].step!(frame, mode, value);
          if (result !== SUSPENDED) resolve(result);
        } catch (error) {
          reject(error);
        }
      };
      frame[2] = resume;
      resume(0, undefined);
    });
  },
  $await(frame: NativeFrame, value: unknown) {
    Promise.resolve(value).then(
      (result) => frame[2]!(1, result),
      (error) => frame[2]!(2, error),
    );
    return SUSPENDED;
  },
  $live(record: Record<string, unknown>, key: string) {
    if (record[key] === TDZ) throw new ReferenceError(key);
    return record;
  },
  $init(value: unknown, name: string) {
    if (value === TDZ) throw new ReferenceError(`Cannot access '${name}' before initialization`);
    return value;
  },
  $caught: (error: unknown) => error,
  $key: (value: unknown) => (typeof value === "symbol" ? value : `${value}`),
  $call(fn: Callable, self: unknown, args: unknown[], what: string) {
    if (typeof fn !== "function") throw new TypeError(`${what} is not a function`);
    return Reflect.apply(fn, self, args);
  },
  $rest(source: object, excluded: PropertyKey[]) {
    const rest: Record<PropertyKey, unknown> = { ...source };
    for (const key of excluded) delete rest[key];
    return rest;
  },
  $coercible(value: unknown) {
    if (value === null || value === undefined) throw new TypeError(`Cannot destructure ${value}`);
    return value;
  },
  $template: (_site: string, cooked: string[], raw: string[]) => Object.freeze(Object.assign([...cooked], { raw })),
  $accessor(object: object, key: PropertyKey, kind: "get" | "set", fn: Callable) {
    const before = Object.getOwnPropertyDescriptor(object, key);
    const accessor = { get: before?.get as Callable, set: before?.set as Callable, [kind]: fn };
    return Object.defineProperty(object, key, {
      ...accessor,
      enumerable: true,
      configurable: true,
    } as PropertyDescriptor);
  },
  $class: (code: NativeCode, heritage: object | undefined, keys: PropertyKey[], captures: unknown[]) =>
    makeClass(new Code("", code.make as Code["make"], null, undefined, () => undefined), heritage, keys, captures),
  $heritage: checkHeritage,
  $kit: (target: Callable, parts: ClassParts) => addKit(target, parts),
  $named(fn: Callable, key: PropertyKey): Callable {
    if (Object.getOwnPropertyDescriptor(fn, "name")?.value !== "") return fn;
    const value = typeof key === "symbol" ? `[${key.description}]` : String(key);
    return Object.defineProperty(fn, "name", { value, configurable: true });
  },
  $stamp: () => undefined,
  $restoring: restoring,
  $kind: (fn: Callable) => fn,
  $constants: Object.freeze(Object.create(null)),
  $superGet: (home: object, key: PropertyKey, self: unknown) => Reflect.get(Object.getPrototypeOf(home), key, self),
  $superSet(home: object, key: PropertyKey, value: unknown, self: unknown) {
    if (!Reflect.set(Object.getPrototypeOf(home), key, value, self)) throw new TypeError("not assigned");
    return value;
  },
  $global: () => globalThis,
  $iterate: (object: Record<PropertyKey, () => unknown>, key: PropertyKey) => object[key]?.(),
  $iter(iterable: Iterable<unknown>): NativeRecord {
    return { iterator: iterable[Symbol.iterator](), value: undefined, done: false };
  },
  $next(record: NativeRecord) {
    if (record.done) return false;
    record.done = true;
    const { done, value } = record.iterator.next();
    record.done = done === true;
    record.value = record.done ? undefined : value;
    return !record.done;
  },
  $close(record: NativeRecord) {
    if (record.done) return;
    record.done = true;
    const result = record.iterator.return?.();
    if (record.iterator.return && !isObject(result)) throw new TypeError("not an object");
  },
  $closeThrow(record: NativeRecord) {
    if (record.done) return;
    record.done = true;
    try {
      record.iterator.return?.();
    } catch (error) {
      void error; // a throw completion wins over errors of `return` (ECMAScript 7.4.11)
    }
  },
  $drain(record: NativeRecord) {
    const rest: unknown[] = [];
    while (nativeHelpers.$next(record)) rest.push(record.value);
    return rest;
  },
  $keys(object: Record<string, unknown>): NativeRecord {
    const keys: string[] = [];
    for (const key in object) keys.push(key);
    return nativeHelpers.$iter(keys.values());
  },
};
