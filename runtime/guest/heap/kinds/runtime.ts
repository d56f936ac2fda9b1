/**
 * What the kernel itself makes: promises, frames, iterator records.
 */
import { Frame } from "../../frame.js";
import { type IteratorKind, IteratorRecord } from "../../iterators.js";
import { GPromise, type PromiseFields, type PromiseState, type Reaction } from "../../promise.js";
import type { Code } from "../../registry.js";
import { damaged } from "../faults.js";
import { positionOf, reopen } from "../iterator-position.js";
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

const FRAME_SLOTS = 6;

export const frame: Kind = {
  tag: 57,
  name: "a frame",
  prototypes: [Frame.prototype],
  is: (value) => getPrototypeOf(value) === Frame.prototype,
  slots: (value, scope) => {
    const { code, pc, self, fn, promise: own, captures, slots } = value as Frame;
    return [scope.codeId(code), pc, self, fn, own, captures.length, ...captures, ...slots];
  },
  slotName: (index, slots) => {
    if (index < FRAME_SLOTS) return [" → code", " → pc", " → this", " → function", " → promise", ""][index] ?? "";
    const captures = Number(slots[FRAME_SLOTS - 1]);
    const at = index - FRAME_SLOTS;
    return at < captures ? ` → capture ${at}` : ` → slot ${at - captures}`;
  },
  making: "empty",
  make: () => create(Frame.prototype) as Frame,
  fill: (value, slots, scope) => {
    const [pc, own, captures] = [slots[1], slots[4], slots[5]];
    if (typeof pc !== "number" || typeof captures !== "number" || !GPromise.is(own)) throw damaged("a frame");
    const capturesEnd = FRAME_SLOTS + captures;
    if (captures < 0 || capturesEnd > slots.length) throw damaged("a frame");
    const target = value as Frame;
    target.code = scope.code(slots[0]) as Code;
    target.pc = pc;
    target.slots = slots.slice(capturesEnd);
    target.captures = slots.slice(FRAME_SLOTS, capturesEnd);
    target.self = slots[2];
    target.fn = slots[3];
    target.promise = own;
  },
  own: "none",
};

/** `src/a.ts#checkout@2`: the function and the number of the resume point. */
export function describeFrame(value: object): string {
  const { code, pc } = value as Frame;
  return `${code.id}@${pc}`;
}

const ITERATOR_KINDS: readonly unknown[] = ["array", "string", "keys", "native", "generic"];
const ITERATOR_SLOTS = 8;
const POSITION_SLOT = 5;

export const iterator: Kind = {
  tag: 58,
  name: "an iterator",
  prototypes: [IteratorRecord.prototype],
  is: (value) => getPrototypeOf(value) === IteratorRecord.prototype,
  slots: (value) => {
    const {
      kind,
      source,
      value: current,
      method,
      iterator: inner,
      next,
      done,
      keys,
      position,
    } = value as IteratorRecord;
    const fixed = [kind, source, current, method, done];
    if (kind === "native") return [...fixed, 0, undefined, undefined];
    return [...fixed, position, inner, next, ...(keys ?? [])];
  },
  slotName: (index) => {
    if (index === 1) return " → source";
    if (index === 2) return " → value";
    return index < ITERATOR_SLOTS ? " → iterator" : ` → key ${index - ITERATOR_SLOTS}`;
  },
  making: "empty",
  make: () => new IteratorRecord("array", undefined),
  fill: (value, [kind, source, current, method, done, position, inner, next, ...keys]) => {
    if (!ITERATOR_KINDS.includes(kind) || typeof position !== "number") throw damaged("an iterator");
    const target = value as IteratorRecord;
    target.kind = kind as IteratorKind;
    target.source = source;
    target.value = current;
    target.method = method as IteratorRecord["method"];
    target.done = done === true;
    target.position = kind === "native" ? 0 : position;
    target.iterator = inner;
    target.next = next;
    target.keys = kind === "keys" ? (keys as string[]) : undefined;
    // The collection gets its entries later or now, in any order: the position is found when all of them are there.
    if (kind === "native") target.iterator = undefined;
  },
  late: {
    slot: POSITION_SLOT,
    needed: (value) => (value as IteratorRecord).kind === "native",
    find: (value) => positionOf(value as IteratorRecord),
  },
  finish: (value, slots) => {
    const target = value as IteratorRecord;
    if (target.kind === "native" && !target.done) reopen(target, Number(slots[POSITION_SLOT]));
  },
  own: "none",
};
