/**
 * What the kernel itself makes: promises, frames, iterator records.
 */
import { FRAME } from "../../../protocol/helpers.js";
import {
  AsyncGeneratorRecord,
  asyncGeneratorRecordOf,
  attachAsyncGenerator,
  reviveAsyncGenerator,
} from "../../async-generator.js";
import { AsyncIteratorRecord } from "../../async-iterator.js";
import { type Frame, isFrame } from "../../frame.js";
import { asyncGeneratorPrototype, generatorPrototype } from "../../function-kinds.js";
import { Delegation, generatorFrameOf, keepGenerator, loadGenerator, reviveGenerator } from "../../generator.js";
import { type IteratorKind, IteratorRecord } from "../../iterators.js";
import { GPromise, type PromiseFields, type Reaction, THROWN } from "../../promise.js";
import type { Code } from "../../registry.js";
import { Resources } from "../../resources.js";
import { damaged } from "../faults.js";
import { create, getPrototypeOf, isArray } from "../natives.js";
import type { Kind } from "./kind.js";

const PROMISE_SLOTS = 4;

export const promise: Kind = {
  tag: 56,
  name: "a Promise",
  prototypes: [GPromise.prototype],
  is: GPromise.is,
  slots: (value) => {
    const { state, value: outcome, handled, origin, reactions } = GPromise.inspect(value as GPromise);
    return [state, outcome, handled, origin, ...reactions];
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
      reactions: reactions as Reaction[],
    });
  },
  own: "all",
};

function isPromiseState(value: unknown): value is PromiseFields["state"] {
  return value === 0 || value === 1 || value === 2 || value === THROWN;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

const { code: CODE, pc: PC, owner: OWNER, self: SELF, captures: CAPTURES, slots: FIRST_SLOT } = FRAME;
/** code, pc, owner, this, number of captures; then the captures, then the slots. */
const FRAME_SLOTS = 5;

export const frame: Kind = {
  tag: 57,
  name: "a frame",
  prototypes: [],
  is: isFrame,
  slots: (value, scope) => {
    const target = value as Frame;
    const owner = target[OWNER] as object;
    if (generatorFrameOf(owner) !== undefined) keepGenerator(owner, target);
    const captures = target[CAPTURES];
    const fixed = [scope.codeId(target[CODE]), target[PC], target[OWNER], target[SELF], captures.length];
    return [...fixed, ...captures, ...target.slice(FIRST_SLOT)];
  },
  slotName: (index, slots) => {
    if (index < FRAME_SLOTS) return [" → code", " → pc", " → owner", " → this", ""][index] ?? "";
    const captures = Number(slots[FRAME_SLOTS - 1]);
    const at = index - FRAME_SLOTS;
    return at < captures ? ` → capture ${at}` : ` → slot ${at - captures}`;
  },
  making: "empty",
  make: () => [],
  fill: (value, slots, scope) => {
    const [code, pc, owner, self, count] = slots;
    if (typeof pc !== "number" || typeof count !== "number") throw damaged("a frame");
    if (count < 0 || FRAME_SLOTS + count > slots.length || !isOwner(owner)) throw damaged("a frame");
    const captures = slots.slice(FRAME_SLOTS, FRAME_SLOTS + count);
    const target = value as unknown[];
    target.length = 0;
    target.push(scope.code(code), pc, owner, self, captures, ...slots.slice(FRAME_SLOTS + count));
    const own = generatorFrameOf(owner);
    if (own === undefined) return;
    if (own !== target) throw damaged("a generator's frame");
    loadGenerator(owner as object, target as Frame);
  },
  own: "none",
};

function isOwner(value: unknown): boolean {
  return GPromise.is(value) || value instanceof AsyncGeneratorRecord || generatorFrameOf(value) !== undefined;
}

/** `src/a.ts#checkout@2`: the function and the number of the resume point. */
export function describeFrame(value: Frame): string {
  return `${value[CODE].id}@${value[PC]}`;
}

export const generator: Kind = {
  tag: 61,
  name: "a generator",
  prototypes: [generatorPrototype],
  is: (value) => generatorFrameOf(value) !== undefined,
  slots: (value, scope) => {
    const own = generatorFrameOf(value) as Frame;
    // The frame is found through its generator, here, before anything else can ask for its slots.
    own[OWNER] = value;
    return [scope.codeId(own[CODE]), own];
  },
  slotName: () => "",
  making: "parts",
  make: ([codeId, own], scope) => {
    const code = scope.code(codeId) as Code;
    if (code.kind !== "generator" || !isArray(own)) throw damaged("a generator");
    return reviveGenerator(own as Frame, code);
  },
  own: "all",
};

export const asyncGenerator: Kind = {
  tag: 62,
  name: "an async generator",
  prototypes: [asyncGeneratorPrototype],
  is: (value) => asyncGeneratorRecordOf(value) !== undefined,
  slots: (value) => [asyncGeneratorRecordOf(value)],
  slotName: () => "",
  making: "empty",
  make: reviveAsyncGenerator,
  fill: (value, [record]) => {
    if (!(record instanceof AsyncGeneratorRecord)) throw damaged("an async generator");
    attachAsyncGenerator(value, record);
  },
  own: "all",
};

/** Objects of the runtime whose fields are all there is to them; `check` refuses nonsense. */
function fieldsKind<T extends object>(
  tag: number,
  name: string,
  prototype: T,
  fields: readonly (keyof T & string)[],
  check: (value: T) => boolean = () => true,
): Kind {
  return {
    tag,
    name,
    prototypes: [prototype],
    is: (value) => getPrototypeOf(value) === prototype,
    slots: (value) => fields.map((field) => (value as T)[field]),
    slotName: (index) => ` → ${fields[index]}`,
    making: "empty",
    make: () => create(prototype) as T,
    fill: (value, slots) => {
      fields.forEach((field, i) => {
        (value as T)[field] = slots[i] as T[keyof T & string];
      });
      if (!check(value as T)) throw damaged(name);
    },
    own: "none",
  };
}

export const delegation: Kind = {
  tag: 74,
  name: "the inner iterator of a generator",
  prototypes: [Delegation.prototype],
  is: (value) => value instanceof Delegation,
  slots: (value) => [(value as Delegation).inner],
  slotName: () => " → inner",
  making: "empty",
  make: () => new Delegation(undefined),
  fill: (value, [inner]) => {
    if (!(inner instanceof IteratorRecord)) throw damaged("the inner iterator of a generator");
    (value as Delegation).inner = inner;
  },
  own: "none",
};

export const asyncGeneratorRecord = fieldsKind(
  60,
  "an async generator's record",
  AsyncGeneratorRecord.prototype,
  ["frame", "state", "waiting", "requests", "delegate", "begun"],
  ({ frame: own, state, waiting, requests, delegate, begun }) =>
    isArray(own) &&
    typeof state === "string" &&
    typeof waiting === "string" &&
    isObject(requests) &&
    begun === false &&
    (delegate === undefined || delegate instanceof AsyncIteratorRecord),
);

export const asyncIterator = fieldsKind(63, "an async iterator", AsyncIteratorRecord.prototype, [
  "iterator",
  "next",
  "sync",
  "value",
  "open",
  "thrown",
]);

export const resources = fieldsKind(64, "the resources of a block", Resources.prototype, [
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
