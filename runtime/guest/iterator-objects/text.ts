/**
 * Iterators of strings that user code holds, as plain data. They have a prototype of their own beside the engine's, whose
 * `next` stays native for the sake of `for…of`.
 */
import { defineMethods } from "../globals/define.js";
import { sideRecords } from "../side-record.js";
import { iteratorPrototype } from "./intrinsics.js";

const { create, defineProperty } = Object;
const nativeCodePointAt = String.prototype.codePointAt;
const nativeFromCodePoint = String.fromCodePoint;
const { apply } = Reflect;

export interface TextState {
  /** Undefined at the end. */
  text: string | undefined;
  /** Index of the next UTF-16 unit. */
  position: number;
}

/** By iterator. */
export const textStates = sideRecords<TextState>();

/** %StringIteratorPrototype%, of iterators that are asked for by name. */
export const textIteratorPrototype: object = create(iteratorPrototype);

/** The code point at a position, as a string. */
export function pointAt(text: string, position: number): string {
  return nativeFromCodePoint(apply(nativeCodePointAt, text, [position]) ?? 0);
}

/** A fresh iterator of a string. */
export function openText(text: string): object {
  const iterator: object = create(textIteratorPrototype);
  textStates.add(iterator, { text, position: 0 });
  return iterator;
}

const methods = {
  next(this: unknown) {
    const state = typeof this === "object" && this !== null ? textStates.get(this) : undefined;
    if (state === undefined) throw new TypeError("next called on what is not a string iterator");
    const { text, position } = state;
    if (text === undefined || position >= text.length) {
      state.text = undefined;
      return { value: undefined, done: true };
    }
    const value = pointAt(text, position);
    state.position = position + value.length;
    return { value, done: false };
  },
};

/** Completes the prototype. */
export function installTextIterators(): void {
  defineMethods(textIteratorPrototype, methods);
  defineProperty(textIteratorPrototype, Symbol.toStringTag, { value: "String Iterator", configurable: true });
}
