/**
 * Generator objects (ECMA-262 §27.5) over frames.
 *
 * G1  While a generator runs its state is `RUNNING`; nobody can save it then, because states are saved between jobs.
 */
import { FRAME, type ResumeMode, type SuspensionToken } from "../protocol/helpers.js";
import { caught } from "./current.js";
import { type Frame, forget, SUSPENDED, stepFrame } from "./frame.js";
import { generatorPrototype } from "./function-kinds.js";
import { defineMethods } from "./globals/define.js";
import { closeIterator, type IteratorRecord, iteratorMethod, nextResult, openIterator } from "./iterators.js";
import { FULFILLED, REJECTED } from "./promise.js";
import { isObject } from "./resolve.js";
import { sideRecords } from "./side-record.js";
import { slottedObject } from "./slotted.js";

const { code: CODE, owner: OWNER } = FRAME;
const { apply } = Reflect;
const { create } = Object;

/** The mode of being told to return. */
export const RETURN = 3;

export const START = 0;
export const YIELDED = 1;
export const RUNNING = 2;
export const COMPLETED = 3;

export type GeneratorState = typeof START | typeof YIELDED | typeof RUNNING | typeof COMPLETED;

/** What a generator object is: the owner of its frame. */
export class GeneratorRecord {
  frame: Frame;
  state: GeneratorState = START;
  /** The inner iterator of a `yield*` under way. */
  delegate: IteratorRecord | undefined = undefined;

  constructor(frame: Frame) {
    this.frame = frame;
  }
}

const records = sideRecords<GeneratorRecord>();

/** The record of a generator object; undefined for other objects. */
export function generatorRecordOf(object: object): GeneratorRecord | undefined {
  return records.get(object);
}

/** A generator object without its record, to be filled. */
export function reviveGenerator(): object {
  return create(generatorPrototype);
}

/** Gives a generator object its record. */
export function attachGenerator(object: object, record: GeneratorRecord): void {
  records.set(object, record);
}

/** The object for the call of a generator function. */
export function makeGenerator(fn: unknown, frame: Frame): object {
  const record = new GeneratorRecord(frame);
  frame[OWNER] = record;
  if (frame[CODE].eager) stepFrame(frame, 0, undefined);
  const object = slottedObject(fn, generatorPrototype);
  records.add(object, record);
  return object;
}

function recordOf(generator: unknown, method: string): GeneratorRecord {
  const record = typeof generator === "object" && generator !== null ? records.get(generator) : undefined;
  if (record === undefined) throw new TypeError(`${method} called on what is not a generator`);
  if (record.state === RUNNING) throw new TypeError("the generator is running already");
  return record;
}

export interface IterResult {
  value: unknown;
  done: boolean;
}

function run(record: GeneratorRecord, firstMode: ResumeMode, firstValue: unknown): unknown {
  const { frame } = record;
  let mode = firstMode;
  let value = firstValue;
  record.state = RUNNING;
  try {
    for (;;) {
      if (record.delegate !== undefined) {
        const answer = forward(record, record.delegate, mode, value);
        if (answer.mode === undefined) {
          record.state = YIELDED;
          return answer.value;
        }
        mode = answer.mode;
        value = answer.value;
      }
      const result = frame[CODE].step(frame, mode, value);
      if ((record.state as GeneratorState) === YIELDED) return result;
      if (result !== SUSPENDED) {
        end(record);
        return { value: result, done: true } satisfies IterResult;
      }
      mode = FULFILLED;
      value = undefined;
    }
  } catch (error) {
    end(record);
    throw caught(error);
  }
}

function end(record: GeneratorRecord): void {
  record.state = COMPLETED;
  forget(record.frame);
}

interface Answer {
  /** How to resume the frame; undefined: pass the inner result on to the caller. */
  readonly mode: ResumeMode | undefined;
  readonly value: unknown;
}

/** One turn of `yield*` (15.5.5): hands what the caller sent to the inner iterator. */
function forward(record: GeneratorRecord, inner: IteratorRecord, mode: ResumeMode, value: unknown): Answer {
  try {
    const result = ask(inner, mode, value);
    if (result === NO_METHOD) {
      record.delegate = undefined;
      return { mode: RETURN, value };
    }
    if (!isObject(result)) throw new TypeError("the result of an iterator's method is not an object");
    if (!Reflect.get(result, "done")) return { mode: undefined, value: result };
    const last: unknown = Reflect.get(result, "value");
    record.delegate = undefined;
    return { mode: mode === RETURN ? RETURN : FULFILLED, value: last };
  } catch (error) {
    record.delegate = undefined;
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

/** `yield value`: what the caller of `next` gets. */
export function yieldValue(frame: Frame, value: unknown): IterResult {
  (frame[OWNER] as GeneratorRecord).state = YIELDED;
  return { value, done: false };
}

/** `yield* iterable`: the driver asks the iterator for its first value. */
export function delegateTo(frame: Frame, iterable: unknown): SuspensionToken {
  (frame[OWNER] as GeneratorRecord).delegate = openIterator(iterable);
  return SUSPENDED;
}

const methods = {
  next(this: unknown, value: unknown): unknown {
    const record = recordOf(this, "next");
    if (record.state === COMPLETED) return { value: undefined, done: true };
    return record.state === START ? run(record, 0, undefined) : run(record, FULFILLED, value);
  },
  return(this: unknown, value: unknown): unknown {
    const record = recordOf(this, "return");
    if (record.state === START) end(record);
    if (record.state === COMPLETED) return { value, done: true };
    return run(record, RETURN, value);
  },
  throw(this: unknown, error: unknown): unknown {
    const record = recordOf(this, "throw");
    if (record.state === START) end(record);
    if (record.state === COMPLETED) throw error;
    return run(record, REJECTED, error);
  },
};

/** Puts the methods into the realm. */
export function installGenerators(): void {
  defineMethods(generatorPrototype, methods);
}
