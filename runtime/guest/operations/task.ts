/**
 * `task`: inside the guest a definition is a name and its options; calling it asks the host to run the handler.
 *
 * The call's time limit is kept here, like that of every other operation: any promise will do. When it passes, the call
 * rejects and the host is told that nobody waits any more. Attempts are the host's.
 */
import { retryPolicyOf } from "../../api/retry-policy.js";
import { durationMilliseconds, isSchedule } from "../../api/schedule.js";
import type { OnCrash } from "../../protocol/command.js";
import { Timeout, UnserializableError } from "../../protocol/errors.js";
import type { AnyFunction } from "../../protocol/helpers.js";
import type { TaskPolicy } from "../../protocol/task-policy.js";
import { currentTurn } from "../current.js";
import { checkOptions, invalidArgument, outsideTask, withoutStack } from "../errors.js";
import { keyOf, seqOf } from "../numbers.js";
import { GPromise, REJECTED, whenSpent } from "../promise.js";
import { rejectedPromise } from "../promise-constructor.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { type Encoded, encode } from "../values.js";
import { definedFunction } from "./definition.js";
import { command, refusedByCancellation, requireExecution, takeOperation } from "./durable.js";
import { unsupported } from "./refusing.js";
import { timeoutPromise } from "./time.js";

type Options = Readonly<Record<string, unknown>>;
const CALL_OPTIONS = ["timeout", "heartbeatTimeout", "retry"];
/** Of the original framework: accepted, and without effect. */
const FUNCTION_OPTIONS = ["memorySize", "handlerTimeout", "externalModules"];
const LIMITS = ["priority", "concurrency", "rateLimit"];
const OPTIONS = ["onCrash", "transaction", ...LIMITS, ...CALL_OPTIONS, ...FUNCTION_OPTIONS];

const callCode = runtimeCode("rt:task", (captures) => {
  const { 0: name, 1: options } = captures as readonly [string, Options];
  const isPlain = Object.keys(options).length === 0;
  const what = `calling the task "${name}"`;
  return (input: unknown, callOptions?: unknown) => {
    requireExecution(what);
    const given =
      callOptions === undefined ? undefined : checkOptions(`a call of task "${name}"`, callOptions, CALL_OPTIONS);
    const refused = refusedByCancellation();
    if (refused !== undefined) return refused;
    let encoded: Encoded;
    try {
      // Copied now: what the caller does to its objects later does not change what it has asked for.
      encoded = encode(input, "input");
    } catch (error) {
      if (!(error instanceof UnserializableError)) throw error;
      return rejectedPromise(error);
    }
    // What most calls are.
    if (isPlain && given === undefined) {
      return command((seq) => ({ kind: "task", seq, task: name, input: encoded, onCrash: "retry" }), "task");
    }
    const all: Options = { ...options, ...given };
    const policy = policyOf(name, all, input);
    const onCrash = (all.onCrash ?? "retry") as OnCrash;
    const timeout = timeoutPromise(`task "${name}"`, all.timeout);
    const promise = command(
      (seq) => ({
        kind: "task",
        seq,
        task: name,
        input: encoded,
        onCrash,
        ...(policy === undefined ? {} : { policy }),
      }),
      "task",
    );
    if (timeout !== undefined) limit(name, promise, timeout);
    return promise;
  };
});

// ---- the time limit

/** A call and its time limit. */
interface Limited {
  readonly name: string;
  readonly promise: GPromise;
  readonly seq: number;
}

/** The call that was just made rejects when `timeout` settles first. */
function limit(name: string, promise: GPromise, timeout: GPromise): void {
  const limited: Limited = { name, promise, seq: seqOf(currentTurn().instance.state.seq) };
  GPromise.handle(timeout, makeClosure(timedOutCode, [limited]), makeClosure(timeoutFailedCode, [limited]));
  GPromise.setOrigin(promise, { kind: "limited", timeout });
}

const timedOutCode = runtimeCode("rt:taskTimeout", ([entry]) => () => {
  const limited = entry as Limited;
  giveUp(limited, withoutStack(new Timeout(`task "${limited.name}" did not end in time`)));
});
const timeoutFailedCode = runtimeCode("rt:taskTimeoutFailed", ([entry]) => (reason: unknown) => {
  giveUp(entry as Limited, reason);
});
const isDone = ([entry]: readonly unknown[]): boolean => GPromise.stateOf((entry as Limited).promise) !== 0;
whenSpent(timedOutCode, isDone);
whenSpent(timeoutFailedCode, isDone);

function giveUp({ promise, seq }: Limited, reason: unknown): void {
  if (!currentTurn().instance.state.operations.has(keyOf(seq))) return;
  takeOperation(seq);
  currentTurn().commands.push({ kind: "cancelTask", seq });
  GPromise.settle(promise, REJECTED, reason);
}

// ---- the policy

function policyOf(name: string, options: Options, input: unknown): TaskPolicy | undefined {
  const { retry, heartbeatTimeout, priority, concurrency, rateLimit } = options;
  const policy: { -readonly [K in keyof TaskPolicy]: TaskPolicy[K] } = {};
  if (retry !== undefined) policy.retry = retryPolicyOf(`task "${name}"`, retry, invalidArgument);
  if (heartbeatTimeout !== undefined) policy.heartbeatTimeout = length(name, "heartbeatTimeout", heartbeatTimeout);
  if (priority !== undefined) policy.priority = number(name, "priority", priority, Number.NEGATIVE_INFINITY);
  if (concurrency !== undefined) {
    const given = typeof concurrency === "number" ? { limit: concurrency } : objectOf(name, "concurrency", concurrency);
    policy.concurrency = { key: keyFor(name, given.key, input), limit: whole(name, "concurrency", given.limit) };
  }
  if (rateLimit !== undefined) {
    const given = objectOf(name, "rateLimit", rateLimit);
    const per = length(name, "rateLimit.per", given.per);
    policy.rateLimit = { key: keyFor(name, given.key, input), limit: whole(name, "rateLimit.limit", given.limit), per };
  }
  return Object.keys(policy).length === 0 ? undefined : policy;
}

function keyFor(name: string, key: unknown, input: unknown): string {
  if (key === undefined) return "";
  if (typeof key !== "function") throw wrong(name, "key", "a function of the input that gives a text");
  return String(Reflect.apply(key, undefined, [input]));
}

function objectOf(name: string, option: string, given: unknown): Options {
  if (typeof given !== "object" || given === null) throw wrong(name, option, "an object such as { limit: 5 }");
  return given as Options;
}

function length(name: string, option: string, given: unknown): number {
  if (!isSchedule(given) || given.type !== "Duration") throw wrong(name, option, 'duration(5, "seconds")');
  return Math.max(0, durationMilliseconds(given));
}

function number(name: string, option: string, given: unknown, least: number): number {
  if (typeof given !== "number" || !Number.isFinite(given) || given < least) throw wrong(name, option, "a number");
  return given;
}

function whole(name: string, option: string, given: unknown): number {
  if (!Number.isInteger(given) || (given as number) < 1) throw wrong(name, option, "a whole number from 1 on");
  return given as number;
}

function wrong(name: string, option: string, right: string): Error {
  return invalidArgument(`the option ${option} of task "${name}" is not usable`, `Give it ${right}.`);
}

// ---- the definition

/**
 * `task(name, [options], [handler])`; the handler stays on the host. Throws Fault EV5004 for a bad name or option,
 * EV5003 for an option that is not supported yet.
 */
export function task(name: unknown, ...definition: readonly unknown[]): AnyFunction {
  if (typeof name !== "string" || name === "") {
    throw invalidArgument("a task has no name", 'Give it one: task("sendEmail", async (input) => { … }).');
  }
  const given = typeof definition[0] === "function" ? undefined : definition[0];
  const options = checkOptions(`task "${name}"`, given, OPTIONS);
  const { onCrash = "retry" } = options;
  if (onCrash !== "retry" && onCrash !== "fail") {
    throw invalidArgument(`the option onCrash of task "${name}" is ${String(onCrash)}`, 'Use "retry" or "fail".');
  }
  if (options.retry !== undefined) retryPolicyOf(`task "${name}"`, options.retry, invalidArgument);
  if (options.heartbeatTimeout !== undefined) length(name, "heartbeatTimeout", options.heartbeatTimeout);
  const fixed = Object.freeze({ ...options });
  return definedFunction(name, makeClosure(callCode, [name, fixed]), {
    kind: "Task",
    taskName: name,
    options: fixed,
    ...completions,
  });
}

/** Completing a task from outside is the host's: the same refusals for all tasks. */
export const completions = Object.freeze({
  sendTaskSuccess: Object.freeze(unsupported("sendTaskSuccess() in a workflow")),
  sendTaskFailure: Object.freeze(unsupported("sendTaskFailure() in a workflow")),
  sendTaskHeartbeat: Object.freeze(unsupported("sendTaskHeartbeat() in a workflow")),
});

/** `taskContext()`: no task runs in the guest. Throws Fault EV7005. */
export function taskContext(): never {
  throw outsideTask();
}
