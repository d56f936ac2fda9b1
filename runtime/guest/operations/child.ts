/** Other executions, started from this one: children (a workflow is called) and detached ones (`startExecution`). */
import { dueMilliseconds, isSchedule } from "../../api/schedule.js";
import type { Schedule } from "../../api/types.js";
import { Timeout, UnserializableError } from "../../protocol/errors.js";
import { currentTurn } from "../current.js";
import { checkOptions, invalidArgument, withoutStack } from "../errors.js";
import { randomHex } from "../globals/random.js";
import { keyOf, seqOf } from "../numbers.js";
import { GPromise, PENDING, REJECTED, whenSpent } from "../promise.js";
import { rejectedPromise } from "../promise-constructor.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { releaseTimer } from "../resolve.js";
import { type Encoded, encode } from "../values.js";
import { sinceAttempt, takeOrphan } from "./attempts.js";
import { controlExecution } from "./control.js";
import {
  type ChildOperation,
  command,
  noteOperation,
  refusedByCancellation,
  requireExecution,
  settleWith,
  takeOperation,
} from "./durable.js";
import { handleOf, methodsOf } from "./handle.js";
import { timeoutPromise } from "./time.js";

const NAME_BYTES = 10;
const ON_PARENT_CLOSE = ["abandon", "cancel", "terminate"] as const;

// ---- children

interface LimitedChild {
  readonly workflow: string;
  readonly id: string;
  readonly promise: GPromise;
  readonly seq: number;
}

const timedOutCode = runtimeCode("rt:childTimeout", ([entry]) => () => {
  const child = entry as LimitedChild;
  giveUp(child, withoutStack(new Timeout(`the child workflow "${child.workflow}" did not end in time`)));
});
const timeoutFailedCode = runtimeCode("rt:childTimeoutFailed", ([entry]) => (reason: unknown) => {
  giveUp(entry as LimitedChild, reason);
});
const isDone = ([entry]: readonly unknown[]): boolean => GPromise.stateOf((entry as LimitedChild).promise) !== PENDING;
whenSpent(timedOutCode, isDone);
whenSpent(timeoutFailedCode, isDone);

function giveUp({ id, promise, seq }: LimitedChild, reason: unknown): void {
  if (!currentTurn().instance.state.operations.has(keyOf(seq))) return;
  takeOperation(seq);
  void controlExecution(id, "timeOut", undefined);
  GPromise.settle(promise, REJECTED, reason);
}

/** Calls a workflow as a child of this execution. Throws Fault EV5001 during initialisation, EV5003, EV5004. */
export function callChild(workflow: string, input: unknown, given: unknown): object {
  requireExecution(`calling the workflow "${workflow}"`);
  const options = checkOptions(`a call of workflow "${workflow}"`, given, ["timeout", "id", "onParentClose"]);
  const onParentClose = ON_PARENT_CLOSE.find((known) => known === (options.onParentClose ?? "abandon"));
  if (onParentClose === undefined) {
    throw invalidArgument(
      `onParentClose is ${String(options.onParentClose)} in a call of workflow "${workflow}"`,
      'Use "abandon" (the default), "cancel" or "terminate".',
    );
  }
  const refused = refusedByCancellation();
  if (refused !== undefined) return refused;
  const encoded = encodeInput(input);
  if (GPromise.is(encoded)) return encoded;
  const name = nameOf(workflow, options.id);
  const id = `${workflow}/${name}`;
  const { timeout } = options;
  const { state } = currentTurn().instance;
  const timeoutAt = isSchedule(timeout) ? momentOf(timeout) : undefined;
  const limit = isSchedule(timeout) ? undefined : timeoutPromise(`workflow "${workflow}"`, timeout);
  state.children = true;
  // Under a name of its own it may be asked for by the next attempt.
  const kept = options.id === undefined || state.attempt === undefined ? {} : { input: encoded };
  const operation: ChildOperation = { execution: id, onClose: onParentClose, ...kept };
  const { promise, seq } = adopted(operation) ?? startChild(operation, { workflow, name, input: encoded, timeoutAt });
  if (limit !== undefined) {
    const child: LimitedChild = { workflow, id, promise, seq };
    GPromise.handle(limit, makeClosure(timedOutCode, [child]), makeClosure(timeoutFailedCode, [child]));
    GPromise.setOrigin(promise, { kind: "limited", timeout: limit });
  }
  return Object.assign(promise, {
    execution: { id },
    ...methodsOf(id),
  });
}

interface WantedChild {
  readonly workflow: string;
  readonly name: string;
  readonly input: Encoded;
  readonly timeoutAt: number | undefined;
}

interface StartedChild {
  readonly promise: GPromise;
  readonly seq: number;
}

function startChild(operation: ChildOperation, { workflow, name, input, timeoutAt }: WantedChild): StartedChild {
  const since = sinceAttempt();
  const promise = command(
    (seq) => ({
      kind: "child",
      seq,
      workflow,
      name,
      input,
      ...(timeoutAt === undefined ? {} : { timeoutAt }),
      onParentClose: operation.onClose,
      ...(since === undefined ? {} : { since }),
    }),
    "child",
    operation,
  );
  return { promise, seq: seqOf(currentTurn().instance.state.seq) };
}

/** The child that an earlier attempt of this workflow has started and that nobody waits for. */
function adopted(operation: ChildOperation): StartedChild | undefined {
  const found = operation.input === undefined ? undefined : takeOrphan(operation.execution, operation.input);
  if (found === undefined) return undefined;
  const { 0: key, 1: orphan } = found;
  const promise = new GPromise();
  if (orphan.outcome !== undefined) settleWith(promise, orphan.outcome);
  else noteOperation(currentTurn().instance.state, key, promise, "child", operation);
  return { promise, seq: seqOf(key) };
}

/** When a schedule is due; that of a timer counts from when it was made, and the timer itself is not needed. */
function momentOf(schedule: Schedule): number {
  const origin = GPromise.is(schedule) ? GPromise.originOf(schedule) : undefined;
  if (GPromise.is(schedule)) releaseTimer(schedule);
  return origin?.kind === "timer" ? origin.at : dueMilliseconds(schedule, currentTurn().instance.state.now);
}

// ---- detached executions

const startedCode = runtimeCode(
  "rt:started",
  ([id]) =>
    () =>
      handleOf(id as string),
);

/** `wf.startExecution({ input, executionName, timeout })`. Throws Fault EV5001 during initialisation, EV5003, EV5004. */
export function startDetached(workflow: string, given: unknown): object {
  requireExecution(`starting the workflow "${workflow}"`);
  const known = ["input", "executionName", "timeout"];
  const { input, executionName, timeout } = checkOptions(`startExecution() of workflow "${workflow}"`, given, known);
  if (timeout !== undefined && !isSchedule(timeout)) {
    throw invalidArgument(
      `the timeout of startExecution() of workflow "${workflow}" is no schedule`,
      'Pass duration(5, "minutes") or time("2030-01-01T00:00:00Z").',
    );
  }
  const encoded = encodeInput(input);
  if (GPromise.is(encoded)) return encoded;
  const name = nameOf(workflow, executionName);
  const timeoutAt = timeout === undefined ? undefined : momentOf(timeout);
  const started = command((seq) => ({
    kind: "start",
    seq,
    workflow,
    name,
    input: encoded,
    ...(timeoutAt === undefined ? {} : { timeoutAt }),
  }));
  const promise = new GPromise();
  GPromise.handle(started, makeClosure(startedCode, [`${workflow}/${name}`]), undefined, promise);
  return promise;
}

function encodeInput(input: unknown): Encoded | GPromise {
  try {
    return encode(input, "input");
  } catch (error) {
    if (!(error instanceof UnserializableError)) throw error;
    return rejectedPromise(error);
  }
}

function nameOf(workflow: string, given: unknown): string {
  if (given === undefined) return randomHex(NAME_BYTES);
  if (typeof given === "string" && given !== "") return given;
  throw invalidArgument(`an execution of workflow "${workflow}" has no usable name`, "Give it a text.");
}
