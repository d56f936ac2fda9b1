/**
 * Generator objects (ECMA-262 §27.5) over frames.
 *
 * G1  While a generator runs its state is `RUNNING`; nobody can save it then, because states are saved between jobs.
 */
import type { ResumeMode, SuspensionToken } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { Frame, SUSPENDED, stepFrame } from "./frame.js";
import { generatorPrototype } from "./function-kinds.js";
import { defineMethods } from "./globals/define.js";
import { closeIterator, type IteratorRecord, iteratorMethod, nextResult, openIterator } from "./iterators.js";
import { FULFILLED, REJECTED } from "./promise.js";
import { isObject } from "./resolve.js";
import { sideRecords } from "./side-record.js";
import { slottedObject } from "./slotted.js";

const { apply } = Reflect;
const { create } = Object;

/** The mode of being told to return. */
export const RETURN = 3;

export const START = 0;
export const YIELDED = 1;
export const RUNNING = 2;
export const COMPLETED = 3;

export type GeneratorState = typeof START | typeof YIELDED | typeof RUNNING | typeof COMPLETED;

export class GeneratorFrame extends Frame {
  state: GeneratorState = START;
  /** The value of the last `yield`. */
  yielded: unknown = undefined;
  /** The inner iterator of a `yield*` under way. */
  delegate: IteratorRecord | undefined = undefined;

  resume(): never {
    throw new TypeError("a generator does not await");
  }
}

const frames = sideRecords<GeneratorFrame>();

/** The frame of a generator object; undefined for other objects. */
export function generatorFrameOf(object: object): GeneratorFrame | undefined {
  return frames.get(object);
}

/** A generator object without its frame, to be filled. */
export function reviveGenerator(): object {
  return create(generatorPrototype);
}

/** Gives a generator object its frame. */
export function attachGenerator(object: object, frame: GeneratorFrame): void {
  frames.set(object, frame);
}

/** The object for the call of a generator function whose parameters are bound. */
export function makeGenerator(frame: GeneratorFrame, fn: unknown): object {
  const object = slottedObject(fn, generatorPrototype);
  frames.add(object, frame);
  return object;
}

function frameOf(generator: unknown, method: string): GeneratorFrame {
  const frame = isObject(generator) ? frames.get(generator) : undefined;
  if (frame === undefined) throw new TypeError(`${method} called on what is not a generator`);
  if (frame.state === RUNNING) throw new TypeError("the generator is running already");
  return frame;
}

export interface IterResult {
  value: unknown;
  done: boolean;
}

function run(frame: GeneratorFrame, firstMode: ResumeMode, firstValue: unknown): unknown {
  let mode = firstMode;
  let value = firstValue;
  frame.state = RUNNING;
  try {
    for (;;) {
      if (frame.delegate !== undefined) {
        const answer = forward(frame, frame.delegate, mode, value);
        if (answer.mode === undefined) {
          frame.state = YIELDED;
          return answer.value;
        }
        mode = answer.mode;
        value = answer.value;
      }
      const result = stepFrame(frame, mode, value);
      if (result !== SUSPENDED) {
        end(frame);
        return { value: result, done: true } satisfies IterResult;
      }
      if (frame.delegate === undefined) {
        frame.state = YIELDED;
        const { yielded } = frame;
        frame.yielded = undefined;
        return { value: yielded, done: false } satisfies IterResult;
      }
      mode = FULFILLED;
      value = undefined;
    }
  } catch (error) {
    end(frame);
    throw caught(error);
  }
}

function end(frame: GeneratorFrame): void {
  frame.state = COMPLETED;
  frame.forget();
}

interface Answer {
  /** How to resume the frame; undefined: pass the inner result on to the caller. */
  readonly mode: ResumeMode | undefined;
  readonly value: unknown;
}

/** One turn of `yield*` (15.5.5): hands what the caller sent to the inner iterator. */
function forward(frame: GeneratorFrame, inner: IteratorRecord, mode: ResumeMode, value: unknown): Answer {
  try {
    const result = ask(inner, mode, value);
    if (result === NO_METHOD) {
      frame.delegate = undefined;
      return { mode: RETURN, value };
    }
    if (!isObject(result)) throw new TypeError("the result of an iterator's method is not an object");
    if (!Reflect.get(result, "done")) return { mode: undefined, value: result };
    const last: unknown = Reflect.get(result, "value");
    frame.delegate = undefined;
    return { mode: mode === RETURN ? RETURN : FULFILLED, value: last };
  } catch (error) {
    frame.delegate = undefined;
    return { mode: REJECTED, value: caught(error) };
  }
}

const NO_METHOD = Symbol("no method");

function ask(inner: IteratorRecord, mode: ResumeMode, value: unknown): unknown {
  if (mode === FULFILLED) return nextResult(inner, [value]);
  const method = iteratorMethod(inner, mode === RETURN ? "return" : "throw");
  if (method !== undefined) return apply(method, inner.iterator, [value]);
  if (mode === RETURN) return NO_METHOD;
  closeIterator(inner);
  throw new TypeError("the inner iterator of yield* has no throw method");
}

/** `yield value`: the driver gives it to the caller. */
export function yieldValue(frame: GeneratorFrame, value: unknown): SuspensionToken {
  frame.yielded = value;
  return SUSPENDED;
}

/** `yield* iterable`: the driver asks the iterator for its first value. */
export function delegateTo(frame: GeneratorFrame, iterable: unknown): SuspensionToken {
  frame.delegate = openIterator(iterable);
  return SUSPENDED;
}

const methods = {
  next(this: unknown, value: unknown): unknown {
    const frame = frameOf(this, "next");
    if (frame.state === COMPLETED) return { value: undefined, done: true };
    return frame.state === START ? run(frame, 0, undefined) : run(frame, FULFILLED, value);
  },
  return(this: unknown, value: unknown): unknown {
    const frame = frameOf(this, "return");
    if (frame.state === START) end(frame);
    if (frame.state === COMPLETED) return { value, done: true };
    return run(frame, RETURN, value);
  },
  throw(this: unknown, error: unknown): unknown {
    const frame = frameOf(this, "throw");
    if (frame.state === START) end(frame);
    if (frame.state === COMPLETED) throw error;
    return run(frame, REJECTED, error);
  },
};

/** Puts the methods into the realm. */
export function installGenerators(): void {
  defineMethods(generatorPrototype, methods);
}
