/**
 * Stacks that lead through awaiting calls: each async function that an error comes back to through an `await` adds a
 * line to the error's stack. The line names the resume point; the host knows its place in the source.
 */
import type { Frame } from "./frame.js";

/** Lines that one error gets at most: an error that is thrown again and again must not grow. */
const MOST_LINES = 32;
const LINE = "    at async eventual:resume:";
const { getOwnPropertyDescriptor } = Object;

/** The error has come to where `frame` awaited. Changes nothing but the own property `stack` of errors. */
export function noteAwaiting(frame: Frame, error: unknown): void {
  if (typeof error !== "object" || error === null || !(error instanceof Error)) return;
  const own = getOwnPropertyDescriptor(error, "stack");
  if (own?.writable !== true || typeof own.value !== "string") return;
  const stack: string = own.value;
  if (stack.split(LINE).length > MOST_LINES) return;
  const { 0: code, 1: pc } = frame;
  error.stack = `${stack}${stack === "" || stack.endsWith("\n") ? "" : "\n"}${LINE}${code.id}@${pc}\n`;
}
