/**
 * What the kernel itself makes: promises, frames, iterator records.
 */
import {
  AsyncGeneratorFrame,
  asyncGeneratorFrameOf,
  attachAsyncGenerator,
  reviveAsyncGenerator,
} from "../../async-generator.js";
import { AsyncIteratorRecord } from "../../async-iterator.js";
import { AsyncFrame, type Frame } from "../../frame.js";
import { asyncGeneratorPrototype, generatorPrototype } from "../../function-kinds.js";
import {
  attachGenerator,
  COMPLETED,
  GeneratorFrame,
  generatorFrameOf,
  reviveGenerator,
  START,
  YIELDED,
} from "../../generator.js";
import { type IteratorKind, IteratorRecord } from "../../iterators.js";
import { GPromise, type PromiseFields, type PromiseState, type Reaction } from "../../promise.js";
import type { Code } from "../../registry.js";
import { Resources } from "../../resources.js";
import { damaged } from "../faults.js";
import { create, getPrototypeOf } from "../natives.js";
import type { Kind } from "./kind.js";

const PROMISE_SLOTS = 4;

export const promise: Kind = {
  tag: 56,
  name: "a Promise",
  prototypes: [GPromise.prototype],
  is: GPromise.is,
  slots: (value) => {
    const { state, value: outcome, handled, origin, reactions } = GPromise.inspect(value as GPromise);
    return [state, outcome, handled, origin, ...(reactions ?? [])];
  },
  slotName: (index) => {
    if (index === 1) return " → value";
    return index < PROMISE_SLOTS ? " → origin" : ` → reaction ${index - PROMISE_SLOTS}`;
  },
  making: "empty",
  make: () => GPromise.revive(GPromise.prototype),
  fill: (target, slots) => {
    const state = slots[0];
    const reactions = slots.slice(PROMISE_SLOTS);
    if (!isPromiseState(state) || !reactions.every(isObject)) throw damaged("the state of a promise");
    GPromise.fill(target as GPromise, {
      state,
      value: slots[1],
      handled: slots[2] === true,
      origin: slots[3] as PromiseFields["origin"],
      reactions: reactions.length === 0 ? undefined : (reactions as unknown as Reaction[]),
    });
  },
  own: "all",
};

function isPromiseState(value: unknown): value is PromiseState {
  return value === 0 || value === 1 || value === 2;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

const FRAME_SLOTS = 5;

type FrameClass<F extends Frame> = (abstract new (...args: never[]) => F) & { readonly prototype: F };

/** `extras`: the fields of the class besides those of every frame; `check`: what they must be. */
function frameKind<F extends Frame>(
  tag: number,
  name: string,
  Class: FrameClass<F>,
  extras: readonly (keyof F & string)[],
  check: (frame: F) => boolean,
): Kind {
  const fixed = FRAME_SLOTS + extras.length;
  return {
    tag,
    name,
    prototypes: [Class.prototype],
    is: (value) => getPrototypeOf(value) === Class.prototype,
    slots: (value, scope) => {
      const target = value as F;
      const { code, pc, self, fn, captures, slots } = target;
      const own = extras.map((field) => target[field]);
      return [scope.codeId(code), pc, self, fn, captures.length, ...own, ...captures, ...slots];
    },
    slotName: (index, slots) => {
      if (index < FRAME_SLOTS) return [" → code", " → pc", " → this", " → function", ""][index] ?? "";
      if (index < fixed) return ` → ${extras[index - FRAME_SLOTS]}`;
      const captures = Number(slots[FRAME_SLOTS - 1]);
      const at = index - fixed;
      return at < captures ? ` → capture ${at}` : ` → slot ${at - captures}`;
    },
    making: "empty",
    make: () => create(Class.prototype) as F,
    fill: (value, slots, scope) => {
      const target = value as F;
      const [pc, captures] = [slots[1], slots[FRAME_SLOTS - 1]];
      if (typeof pc !== "number" || typeof captures !== "number") throw damaged("a frame");
      if (captures < 0 || fixed + captures > slots.length) throw damaged("a frame");
      extras.forEach((field, i) => {
        target[field] = slots[FRAME_SLOTS + i] as F[keyof F & string];
      });
      if (!check(target)) throw damaged("a frame");
      target.code = scope.code(slots[0]) as Code;
      target.pc = pc;
      target.captures = slots.slice(fixed, fixed + captures);
      target.slots = slots.slice(fixed + captures);
      target.self = slots[2];
      target.fn = slots[3];
    },
    own: "none",
  };
}

export const asyncFrame = frameKind(57, "a frame", AsyncFrame, ["promise"], ({ promise: own }) => GPromise.is(own));

const GENERATOR_STATES: readonly unknown[] = [START, YIELDED, COMPLETED];

export const generatorFrame = frameKind(
  59,
  "a generator's frame",
  GeneratorFrame,
  ["state", "yielded", "delegate"],
  ({ state, delegate }) =>
    GENERATOR_STATES.includes(state) && (delegate === undefined || delegate instanceof IteratorRecord),
);

export const asyncGeneratorFrame = frameKind(
  60,
  "an async generator's frame",
  AsyncGeneratorFrame,
  ["state", "waiting", "requests", "delegate", "begun"],
  ({ state, waiting, requests, delegate, begun }) =>
    typeof state === "string" &&
    typeof waiting === "string" &&
    isObject(requests) &&
    begun === false &&
    (delegate === undefined || delegate instanceof AsyncIteratorRecord),
);

/** A generator object: its frame, if it is one that has not been forgotten. */
function generatorKind<F extends GeneratorFrame | AsyncGeneratorFrame>(
  tag: number,
  name: string,
  prototypes: readonly object[],
  frameOf: (object: object) => F | undefined,
  revive: () => object,
  attach: (object: object, frame: F) => void,
  Class: FrameClass<F>,
): Kind {
  return {
    tag,
    name,
    prototypes,
    is: (value) => frameOf(value) !== undefined,
    slots: (value) => [frameOf(value)],
    slotName: () => "",
    making: "empty",
    make: revive,
    fill: (value, [own]) => {
      if (!(own instanceof Class)) throw damaged(name);
      attach(value, own);
    },
    own: "all",
  };
}

export const generator = generatorKind(
  61,
  "a generator",
  [generatorPrototype],
  generatorFrameOf,
  reviveGenerator,
  attachGenerator,
  GeneratorFrame,
);

export const asyncGenerator = generatorKind(
  62,
  "an async generator",
  [asyncGeneratorPrototype],
  asyncGeneratorFrameOf,
  reviveAsyncGenerator,
  attachAsyncGenerator,
  AsyncGeneratorFrame,
);

/** `src/a.ts#checkout@2`: the function and the number of the resume point. */
export function describeFrame(value: object): string {
  const { code, pc } = value as Frame;
  return `${code.id}@${pc}`;
}

/** Objects of the runtime whose fields are all there is to them. */
function fieldsKind<T extends object>(
  tag: number,
  name: string,
  prototype: T,
  make: () => T,
  fields: readonly (keyof T & string)[],
): Kind {
  return {
    tag,
    name,
    prototypes: [prototype],
    is: (value) => getPrototypeOf(value) === prototype,
    slots: (value) => fields.map((field) => (value as T)[field]),
    slotName: (index) => ` → ${fields[index]}`,
    making: "empty",
    make,
    fill: (value, slots) => {
      fields.forEach((field, i) => {
        (value as T)[field] = slots[i] as T[keyof T & string];
      });
    },
    own: "none",
  };
}

export const asyncIterator = fieldsKind(
  63,
  "an async iterator",
  AsyncIteratorRecord.prototype,
  () => new AsyncIteratorRecord(undefined, undefined, undefined),
  ["iterator", "next", "sync", "value", "open", "thrown"],
);

export const resources = fieldsKind(64, "the resources of a block", Resources.prototype, () => new Resources(), [
  "list",
  "failed",
  "error",
  "awaited",
  "needsAwait",
  "hasAwaited",
]);

const ITERATOR_KINDS: readonly unknown[] = ["array", "string", "keys", "generic"];
const ITERATOR_SLOTS = 7;

export const iterator: Kind = {
  tag: 58,
  name: "an iterator",
  prototypes: [IteratorRecord.prototype],
  is: (value) => getPrototypeOf(value) === IteratorRecord.prototype,
  slots: (value) => {
    const { kind, source, value: current, done, position, iterator: inner, next, keys } = value as IteratorRecord;
    return [kind, source, current, done, position, inner, next, ...(keys ?? [])];
  },
  slotName: (index) => {
    if (index === 1) return " → source";
    if (index === 2) return " → value";
    return index < ITERATOR_SLOTS ? " → iterator" : ` → key ${index - ITERATOR_SLOTS}`;
  },
  making: "empty",
  make: () => new IteratorRecord("array", undefined),
  fill: (value, [kind, source, current, done, position, inner, next, ...keys]) => {
    if (!ITERATOR_KINDS.includes(kind) || typeof position !== "number") throw damaged("an iterator");
    const target = value as IteratorRecord;
    target.kind = kind as IteratorKind;
    target.source = source;
    target.value = current;
    target.done = done === true;
    target.position = position;
    target.iterator = inner;
    target.next = next;
    target.keys = kind === "keys" ? (keys as string[]) : undefined;
  },
  own: "none",
};
