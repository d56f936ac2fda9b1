/**
 * Stacks that lead through awaiting calls: each async function that an error comes back to through an `await` adds a
 * line to the error's stack. The line names the resume point; the host knows its place in the source.
 */
import type { Frame } from "./frame.js";

/** Lines that one error gets at most: an error that is thrown again and again must not grow. */
const MOST_LINES = 32;
const LINE = "    at async eventual:resume:";
const { hasOwn } = Object;
const { apply, set } = Reflect;
const { __lookupGetter__: lookupGetter } = Object.prototype as unknown as {
  __lookupGetter__(this: object, key: PropertyKey): unknown;
};

/** The error has come to where `frame` awaits. Changes nothing but the own property `stack` of errors. */
export function noteAwaiting(frame: Frame, error: unknown): void {
  if (typeof error !== "object" || error === null || !(error instanceof Error)) return;
  // A descriptor would cost more than all the rest.
  if (!hasOwn(error, "stack") || apply(lookupGetter, error, ["stack"]) !== undefined) return;
  const { stack } = error;
  if (typeof stack !== "string") return;
  if (stack.length > MOST_LINES * LINE.length && stack.split(LINE).length > MOST_LINES) return;
  const { 0: code, 1: pc } = frame;
  // Where it may not be written it stays as it is.
  set(error, "stack", stack + (stack === "" || stack.endsWith("\n") ? "" : "\n") + LINE + code.id + "@" + pc + "\n");
}
