/**
 * Generator objects (ECMA-262 §27.5). They are the engine's own, running lowered code, so that a value costs what it
 * costs natively. What a generator holds while it rests is asked of its code, which answers to `told` in place of a sent
 * value (see ToldRef).
 *
 * G1  A generator's frame says where it is only when it has not begun or has ended, and right after `keepGenerator`.
 * G2  While a generator runs nobody can save it, because states are saved between jobs.
 * G3  No code of the user runs while a generator keeps or loads its variables.
 */
import { type DelegationRef, ENDED, FRAME, type ToldRef } from "../protocol/helpers.js";
import { type Frame, forget } from "./frame.js";
import { generatorPrototype } from "./function-kinds.js";
import { defineMethods } from "./globals/define.js";
import { closeIterator, type IteratorRecord, iteratorMethod, nextResult, openIterator } from "./iterators.js";
import type { Code } from "./registry.js";
import { isObject } from "./resolve.js";
import { sideRecords } from "./side-record.js";
import { settlePrototype } from "./slotted.js";

const { code: CODE, pc: PC } = FRAME;
const { apply, setPrototypeOf } = Reflect;

/** The mode of being told to return, of an async generator. */
export const RETURN = 3;

interface NativeMethods {
  next(value: unknown): IterResult;
  return(value: unknown): IterResult;
  throw(error: unknown): IterResult;
}

// Taken before any replacement.
const { next: nativeNext, return: nativeReturn, throw: nativeThrow } = generatorPrototype as NativeMethods;

export interface IterResult {
  value: unknown;
  done: boolean;
}

class Told implements ToldRef {
  keep = false;
  stay = false;
  value: unknown = undefined;
  /** Nobody has taken the value. */
  waiting = false;

  take(): unknown {
    const { value } = this;
    this.value = undefined;
    this.waiting = false;
    return value;
  }
}

export const told = new Told();

const frames = sideRecords<Frame>();

/** The frame of a generator object; undefined for other values. */
export function generatorFrameOf(object: unknown): Frame | undefined {
  return isObject(object) ? frames.get(object) : undefined;
}

/** The object for the call of a generator function. */
export function makeGenerator(fn: unknown, frame: Frame): object {
  const object = newGenerator(frame, frame[CODE].step);
  // The parameters are evaluated before `prototype` is read.
  if (frame[CODE].eager) apply(nativeNext, object, []);
  settlePrototype(object, fn, generatorPrototype);
  return object;
}

/** A generator object for a frame that may be filled later, with the intrinsic prototype. */
export function reviveGenerator(frame: Frame, code: Code): object {
  frame[CODE] = code as Frame[typeof CODE];
  const object = newGenerator(frame, code.make === null ? begunLate : frame[CODE].step);
  settlePrototype(object, undefined, generatorPrototype);
  return object;
}

function newGenerator(frame: Frame, begin: (frame: Frame) => unknown): object {
  const object = begin(frame) as object;
  frames.add(object, frame);
  return object;
}

/** The code of a private method is found through its frame, which may be empty still: it is asked when it is needed. */
function* begunLate(frame: Frame): Generator {
  const body = frame[CODE].step(frame) as Generator;
  setPrototypeOf(body, NATIVE);
  return yield* body;
}

/** What `yield*` finds: neither the runtime's methods nor an author's. */
const NATIVE = {
  __proto__: null,
  next: nativeNext,
  return: nativeReturn,
  throw: nativeThrow,
  [Symbol.iterator](this: object): object {
    return this;
  },
};

/** Brings the frame up to what the generator that owns it holds. */
export function keepGenerator(object: object, frame: Frame): void {
  if (frame[PC] === 0 || frame[PC] === ENDED) return;
  if (tell(object, true)) end(frame);
}

/** Brings a generator that has just begun, or rests, to where its frame says. Throws TypeError if that is nowhere. */
export function loadGenerator(object: object, frame: Frame): void {
  if (frame[PC] === 0) return;
  if (frame[PC] === ENDED) apply(nativeReturn, object, [undefined]);
  else if (tell(object, false)) throw new TypeError("a generator that cannot go on");
}

/** True if the generator has ended. */
function tell(object: object, keep: boolean): boolean {
  told.keep = keep;
  told.stay = true;
  try {
    return apply(nativeNext, object, [told]).done;
  } finally {
    told.keep = false;
    told.stay = false;
  }
}

function end(frame: Frame): void {
  frame[PC] = ENDED;
  forget(frame);
}

/** The inner iterator of a `yield*` (15.5.5), as the engine's own `yield*` takes one. */
export class Delegation implements DelegationRef {
  /** Undefined until it is filled. */
  inner: IteratorRecord | undefined;
  returned = false;
  /** The generator has rested here already: the next question is only the engine's way back. */
  again: boolean;

  constructor(inner: IteratorRecord | undefined) {
    this.inner = inner;
    this.again = inner === undefined;
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this as unknown as Iterator<unknown>;
  }

  next(value: unknown): unknown {
    this.returned = false;
    if (this.again) {
      this.again = false;
      return { value: undefined, done: false } satisfies IterResult;
    }
    const inner = this.inner as IteratorRecord;
    if (value !== told) return nextResult(inner, [value]);
    if (!told.stay) return this.#end(inner, told.take());
    this.again = true;
    return { value: told, done: true } satisfies IterResult;
  }

  throw(error: unknown): unknown {
    this.returned = false;
    const inner = this.inner as IteratorRecord;
    const method = iteratorMethod(inner, "throw");
    if (method !== undefined) return apply(method, inner.iterator, [error]);
    closeIterator(inner);
    throw new TypeError("the inner iterator of yield* has no throw method");
  }

  /** Only for a generator that is given up while it is read from a checkpoint: who returns tells it. */
  return(value: unknown): IterResult {
    return { value, done: true };
  }

  #end(inner: IteratorRecord, value: unknown): unknown {
    const method = iteratorMethod(inner, "return");
    const result: unknown = method === undefined ? { value, done: true } : apply(method, inner.iterator, [value]);
    this.returned = true;
    return result;
  }
}

/** See GuestHelpers.$delegate. */
export function delegateTo(iterable: unknown): DelegationRef {
  return new Delegation(openIterator(iterable));
}

const methods = {
  return(this: unknown, value: unknown): unknown {
    const frame = generatorFrameOf(this);
    if (frame === undefined) throw new TypeError("return called on what is not a generator");
    if (frame[PC] === 0) end(frame);
    if (frame[PC] !== ENDED) {
      told.value = value;
      told.waiting = true;
      const result = apply(nativeNext, this, [told]);
      if (!told.waiting) return result;
      told.take();
      end(frame);
    }
    return apply(nativeReturn, this, [value]);
  },
};

/** Puts the methods into the realm. */
export function installGenerators(): void {
  defineMethods(generatorPrototype, methods);
}
