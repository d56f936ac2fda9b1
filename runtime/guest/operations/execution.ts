/**
 * An execution's beginning and end: the handler is called with the first event; when its promise settles, or a signal
 * handler throws, the execution closes and nothing of it runs any more.
 */

import { dueMilliseconds } from "../../api/schedule.js";
import { CancelledError, UnserializableError } from "../../protocol/errors.js";
import type { Event } from "../../protocol/event.js";
import { caught, currentTurn } from "../current.js";
import { seedRandom } from "../globals/random.js";
import { GPromise } from "../promise.js";
import { rejectedPromise, toPromise } from "../promise-constructor.js";
import { clearJobs } from "../queue.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { decode, type Encoded, encode, encodeError, type Outcome } from "../values.js";

const finishedCode = runtimeCode("rt:finished", () => (value: unknown) => {
  let result: Encoded;
  try {
    result = encode(value, "result");
  } catch (error) {
    if (!(error instanceof UnserializableError)) throw error;
    failExecution(error);
    return;
  }
  close({ ok: true, value: result });
});
const failedCode = runtimeCode("rt:failed", () => (error: unknown) => failExecution(error));

/** Calls the workflow's handler. Throws TypeError if there is none, or the execution has already begun. */
export function startExecution(event: Extract<Event, { kind: "start" }>): void {
  const { instance } = currentTurn();
  const { state } = instance;
  if (state.context !== undefined) throw new TypeError(`execution ${instance.execution} has already been started`);
  const definition = instance.workflows.get(event.workflow);
  if (definition === undefined) throw new TypeError(`this program has no workflow "${event.workflow}"`);
  state.context = { ...event.execution, workflow: event.workflow };
  state.random = seedRandom(event.seed);
  const context = { workflow: { name: event.workflow }, execution: { ...event.execution } };
  const at = event.timeoutAt ?? (definition.timeout && dueMilliseconds(definition.timeout, state.now));
  if (at !== undefined) currentTurn().commands.push({ kind: "deadline", at });
  const main = callHandler(definition.handler as (...args: unknown[]) => unknown, [decode(event.input), context]);
  state.main = main;
  GPromise.handle(main, makeClosure(finishedCode), makeClosure(failedCode));
}

function callHandler(handler: (...args: unknown[]) => unknown, args: unknown[]): GPromise {
  try {
    return toPromise(Reflect.apply(handler, undefined, args));
  } catch (error) {
    return rejectedPromise(caught(error));
  }
}

/** Closes the execution with an error. */
export function failExecution(error: unknown): void {
  const gaveWay = currentTurn().instance.state.cancellation !== undefined && error instanceof CancelledError;
  close({ ok: false, error: encodeError(error) }, gaveWay);
}

/** Gives the outcome to the host and lets go of everything that waits. */
function close(outcome: Outcome, cancelled = false): void {
  const { instance, commands } = currentTurn();
  const { state } = instance;
  if (state.closed) return;
  state.closed = true;
  commands.push({
    kind: "close",
    outcome,
    ...(cancelled ? { cancelled } : {}),
    ...(state.children === undefined ? {} : { children: state.children }),
  });
  clearJobs();
  state.conditions = [];
  delete state.callbacks;
  state.operations.clear();
  state.signals.waiting.clear();
  state.signals.handlers.clear();
  state.signals.buffered.clear();
}
