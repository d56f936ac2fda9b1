/**
 * What code of a workflow can do with another execution that it knows by its id: send, ask, act upon it, wait for its
 * end. Each is a durable operation, answered once.
 *
 * H1  All waits for the end of one execution in one scope share a promise: waiting again does not add to the state.
 */
import { UnserializableError } from "../../protocol/errors.js";
import { currentTurn } from "../current.js";
import { invalidArgument } from "../errors.js";
import { GPromise } from "../promise.js";
import { rejectedPromise } from "../promise-constructor.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { isObject } from "../resolve.js";
import { decode, type Encoded, encode, type Outcome } from "../values.js";
import { controlExecution } from "./control.js";
import { command, operationOf, refusedByCancellation, requireExecution } from "./durable.js";
import { nameOfSignal, sendSignal } from "./signal.js";

const signalCode = runtimeCode(
  "rt:signalExecution",
  ([id]) =>
    (signal: unknown, payload?: unknown, options?: unknown) =>
      sendSignal(id, signal, payload, options),
);
const controlCode = runtimeCode("rt:controlExecution", ([id, action]) => (reason?: unknown) => {
  requireExecution("controlling an execution");
  const text = reason === undefined ? undefined : String(reason);
  return controlExecution(id as string, action as "cancel", text);
});
const requestCode = runtimeCode(
  "rt:requestExecution",
  ([id]) =>
    (signal: unknown, payload?: unknown) =>
      request(id as string, signal, payload),
);
const queryCode = runtimeCode(
  "rt:queryExecution",
  ([id]) =>
    (query: unknown, input?: unknown) =>
      ask(id as string, query, input),
);
const resultCode = runtimeCode(
  "rt:resultOfExecution",
  ([id]) =>
    () =>
      resultOf(id as string),
);
const statusCode = runtimeCode(
  "rt:statusOfExecution",
  ([id]) =>
    () =>
      statusOf(id as string),
);

const CODES = { getStatus: statusCode, request: requestCode, query: queryCode } as const;
const ACTIONS = ["cancel", "terminate", "suspend", "resume"] as const;

/** What can be done with an execution, whoever started it. */
export function methodsOf(id: string): Record<string, unknown> {
  return {
    sendSignal: makeClosure(signalCode, [id]),
    ...Object.fromEntries(ACTIONS.map((action) => [action, makeClosure(controlCode, [id, action])])),
    ...Object.fromEntries(Object.entries(CODES).map(([name, code]) => [name, makeClosure(code, [id])])),
  };
}

/** What stands for another execution inside a workflow. */
export function handleOf(id: string): object {
  return { executionId: id, ...methodsOf(id), result: makeClosure(resultCode, [id]) };
}

/** `executionHandle(id)`. Throws Fault EV5004 for what is no id. */
export function executionHandle(id: unknown): object {
  if (typeof id === "string" && id !== "") return handleOf(id);
  throw invalidArgument("the execution is not named", 'Pass its id, such as "checkout/order-17".');
}

/** Sends a signal whose first handler's answer settles the promise. */
function request(execution: string, signal: unknown, payload: unknown): GPromise {
  const name = nameOfSignal(signal);
  requireExecution(`sending the request "${name}"`);
  const encoded = copied(payload, "payload");
  if (GPromise.is(encoded)) return encoded;
  return command((seq) => ({ kind: "signal", seq, execution, signal: name, payload: encoded, request: true }), "wait");
}

function ask(execution: string, query: unknown, input: unknown): GPromise {
  const name: unknown = isObject(query) ? Reflect.get(query, "name") : query;
  if (typeof name !== "string" || name === "") {
    throw invalidArgument("the query has no name", "Pass what query() gave, or the query's name.");
  }
  requireExecution(`the query "${name}"`);
  const encoded = copied(input, "input");
  if (GPromise.is(encoded)) return encoded;
  return command(
    (seq) => ({ kind: "ask", seq, execution, question: { kind: "query", query: name, input: encoded } }),
    "wait",
  );
}

function resultOf(execution: string): GPromise {
  requireExecution("result()");
  const { instance, scope } = currentTurn();
  if (execution === instance.execution) {
    throw invalidArgument("an execution waits for its own result", "Wait for another one's.");
  }
  const refused = refusedByCancellation();
  if (refused !== undefined) return refused;
  for (const entry of instance.state.operations.values()) {
    const open = operationOf(entry);
    if (open.kind === "wait" && open.execution === execution && open.scope === scope) return open.promise;
  }
  return command((seq) => ({ kind: "ask", seq, execution, question: { kind: "result" } }), "wait", { execution });
}

/** As the engine gives it: what came of the execution is still encoded, for its classes are the program's. */
interface GivenStatus {
  readonly outcome?: Outcome;
}

const toldStatusCode = runtimeCode("rt:toldStatus", () => (given: unknown) => {
  const { outcome, ...status } = given as GivenStatus;
  if (outcome === undefined) return status;
  return outcome.ok ? { ...status, result: decode(outcome.value) } : { ...status, error: decode(outcome.error) };
});

function statusOf(execution: string): GPromise {
  requireExecution("getStatus()");
  const told = command((seq) => ({ kind: "ask", seq, execution, question: { kind: "status" } }), "wait");
  const promise = new GPromise();
  GPromise.handle(told, makeClosure(toldStatusCode), undefined, promise);
  return promise;
}

function copied(value: unknown, root: string): Encoded | GPromise {
  try {
    return encode(value, root);
  } catch (error) {
    if (!(error instanceof UnserializableError)) throw error;
    return rejectedPromise(error);
  }
}
