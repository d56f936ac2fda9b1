/**
 * `event`: emitting from workflows, exactly once: the events are committed with the activation. Subscriptions and
 * schedules concern the host alone; here they are names.
 */
import { resultOf } from "../../api/event.js";
import type { EventSchema } from "../../api/types.js";
import { UnserializableError } from "../../protocol/errors.js";
import { caught, currentTurn } from "../current.js";
import { invalidArgument } from "../errors.js";
import { nextKey, seqOf } from "../numbers.js";
import { FULFILLED, GPromise, PENDING, REJECTED } from "../promise.js";
import { rejectedPromise, toPromise } from "../promise-constructor.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { isObject } from "../resolve.js";
import { encode } from "../values.js";
import { refusedByCancellation, requireExecution } from "./durable.js";

type Found = Parameters<typeof resultOf>[1];
type Validate = (value: unknown) => unknown;

const emitCode = runtimeCode(
  "rt:emit",
  ([name, schema]) =>
    (...payloads: readonly unknown[]) =>
      emit(name as string, schema as EventSchema | undefined, payloads),
);
const onEventCode = runtimeCode("rt:onEvent", () => (name: unknown) => subscription(name));

/** `event(name, schema)`: the event's definition. Throws Fault EV5004 for a bad name or schema. */
export function event(name: unknown, schema?: unknown): object {
  if (typeof name !== "string" || name === "") {
    throw invalidArgument("an event has no name", 'Give it one: event("orderPlaced").');
  }
  if (schema !== undefined && validateOf(schema) === undefined) {
    throw invalidArgument(`the schema of the event "${name}" is none`, "Pass a schema of zod, valibot or the like.");
  }
  return {
    kind: "Event",
    name,
    emit: makeClosure(emitCode, [name, schema]),
    onEvent: makeClosure(onEventCode),
  };
}

/** `subscription(…)` in guest code, which its handler has left. */
export function subscription(name: unknown): object {
  return { kind: "Subscription", name };
}

function validateOf(schema: unknown): Validate | undefined {
  const standard: unknown = isObject(schema) ? Reflect.get(schema, "~standard") : undefined;
  const validate: unknown = isObject(standard) ? Reflect.get(standard, "validate") : undefined;
  return typeof validate === "function" ? (validate as Validate) : undefined;
}

function emit(name: string, schema: EventSchema | undefined, payloads: readonly unknown[]): GPromise {
  requireExecution(`emitting the event "${name}"`);
  const refused = refusedByCancellation();
  if (refused !== undefined) return refused;
  const validate = validateOf(schema);
  const found: unknown[] = [];
  try {
    for (const payload of payloads) {
      const result = validate === undefined ? { value: payload } : Reflect.apply(validate, undefined, [payload]);
      found.push(GPromise.is(result) ? settledValue(result) : result);
    }
  } catch (error) {
    return rejectedPromise(caught(error));
  }
  const waiting = found.filter((result) => GPromise.is(result));
  if (waiting.length === 0) return send(name, found as Found[]);
  const done = new GPromise();
  const emission: Emission = { name, found, done, missing: waiting.length };
  found.forEach((result, index) => {
    if (GPromise.is(result)) awaitFound(emission, index, result);
  });
  return done;
}

/** Payloads whose schema takes its time. */
interface Emission {
  readonly name: string;
  readonly found: unknown[];
  readonly done: GPromise;
  missing: number;
}

const foundCode = runtimeCode("rt:emitFound", ([given, index]) => (result: unknown) => {
  const emission = given as Emission;
  emission.found[index as number] = result;
  emission.missing--;
  if (emission.missing > 0 || GPromise.stateOf(emission.done) !== PENDING) return;
  const sent = send(emission.name, emission.found as Found[]);
  GPromise.settle(emission.done, GPromise.stateOf(sent) === FULFILLED ? FULFILLED : REJECTED, GPromise.valueOf(sent));
});
const notFoundCode = runtimeCode("rt:emitNotFound", ([given]) => (error: unknown) => {
  GPromise.settle((given as Emission).done, REJECTED, error);
});

function awaitFound(emission: Emission, index: number, result: GPromise): void {
  const found = makeClosure(foundCode, [emission, index]);
  GPromise.handle(toPromise(result), found, makeClosure(notFoundCode, [emission]));
}

function settledValue(promise: GPromise): unknown {
  return GPromise.stateOf(promise) === FULFILLED ? GPromise.valueOf(promise) : promise;
}

/** Gives the command; the promise is settled. */
function send(name: string, found: readonly Found[]): GPromise {
  const { instance, commands } = currentTurn();
  const promise = new GPromise();
  try {
    const events = found.map((result) => ({ event: name, payload: encode(resultOf(name, result), "event") }));
    if (events.length > 0) commands.push({ kind: "emit", seq: seqOf(nextKey(instance)), events });
  } catch (error) {
    return rejectedPromise(error instanceof UnserializableError ? error : caught(error));
  }
  GPromise.settle(promise, FULFILLED, undefined);
  return promise;
}
