/**
 * A client of an engine on another machine, through its HTTP API.
 *
 * R1  Values are plain JSON on the way: what JSON has no form for arrives as the nearest that it has.
 */
import { Fault } from "../protocol/fault.js";
import { type Encoded, encode, encodeError, type Outcome, toDisplay } from "../protocol/value.js";
import type { Client } from "./client.js";
import type { HttpClient } from "./http.js";
import { done } from "./in-process.js";
import { type DeadLetterSummary, type ExecutionSummary, type OpenTaskSummary, SHOWN_LOG_LINES } from "./operations.js";
import { present } from "./present.js";
import type {
  Answer,
  DeadLetterResource,
  Execution,
  ListedExecution,
  LogLine,
  OpenTask,
  StartBody,
} from "./resources.js";
import type { ScheduleResource } from "./schedules.js";

type Json = StartBody["input"];

/** Speaks through `http`. */
export function remoteClient(http: HttpClient): Client {
  return {
    start: async ({ input, ...request }) => startedOf(await http.start({ ...request, input: jsonOf(input) })),
    signal: ({ execution, signal, payload, id }) =>
      done(http.signal(execution, signal, jsonOf(payload), present({ id }))),
    async request({ execution, signal, payload }) {
      const answer = await http.request(execution, signal, jsonOf(payload));
      if (answer === undefined) throw unanswered(execution);
      return answerOf(answer);
    },
    query: async ({ execution, query, input }) => answerOf(await http.query(execution, query, jsonOf(input))),
    control: ({ execution, action, reason }) => done(http.control(execution, action, reason)),
    tasks: async (query) => pageOf(await http.tasks(query), taskOf),
    completeTask: ({ task, outcome }) =>
      done(outcome.ok ? http.completeTask(task, jsonOf(outcome.value)) : http.failTask(task, failureOf(outcome.error))),
    retryTask: (call) => done(http.retryTask(call)),
    heartbeatTask: ({ token, details }) => http.heartbeatTask(token, jsonOf(details)),
    async emit({ events }) {
      for (const { event, payload } of events) await http.emit(event, jsonOf(payload));
      return null;
    },
    deadLetters: async (query) => pageOf(await http.deadLetters(query), letterOf),
    retryDeadLetter: ({ id }) => done(http.retryDeadLetter(id)),
    dropDeadLetter: ({ id }) => done(http.dropDeadLetter(id)),
    schedules: async () => (await http.schedules()).map(scheduleOf),
    pauseSchedule: ({ name }) => done(http.pauseSchedule(name)),
    resumeSchedule: ({ name }) => done(http.resumeSchedule(name)),
    triggerSchedule: async ({ name }) => startedOf(await http.triggerSchedule(name)),
    prune: (request) => http.prune(request),
    list: async ({ full = false, ...query }) =>
      pageOf(await http.page({ ...query, values: full ? "full" : "short" }), summaryOf),
    async show({ execution }) {
      const { checkpointBytes, tailBytes, ...row } = await http.get(execution);
      const logs: LogLine[] = [];
      for await (const line of http.logs(execution)) {
        logs.push(line);
        if (logs.length > SHOWN_LOG_LINES) logs.shift();
      }
      return { ...summaryOf(row), checkpointBytes, tailBytes, logs: logs.map(logLineOf) };
    },
    result: async ({ execution }) => summaryOf(await http.result(execution)),
    async deploy({ program }) {
      await http.deploy(program);
      return null;
    },
    close: async () => {},
  };
}

/** A line of a log with its time in ms since the epoch. */
export function logLineOf({ time, ...line }: LogLine) {
  return { ...line, time: Date.parse(time) };
}

/** An execution in the form of the engine's rows. */
export function summaryOf(row: Execution | ListedExecution): ExecutionSummary {
  const { id, workflow, program, status, input, result, error, reason, startTime, endTime } = row;
  const omitted = "omitted" in row ? row.omitted : undefined;
  const outcome: Outcome | undefined =
    status === "SUCCEEDED"
      ? { ok: true, value: encode(result) }
      : error === undefined && omitted?.includes("outcome") !== true
        ? undefined
        : { ok: false, error: errorOf(error) };
  return {
    ...{ id, workflow, program, status, input: encode(input), startTime: Date.parse(startTime) },
    ...present({ outcome, omitted, endTime: momentOf(endTime) }),
    ...(reason === undefined ? {} : { reason: reason as NonNullable<ExecutionSummary["reason"]> }),
  };
}

/** What was thrown, from its plain form: an object with a name and a message becomes an error again. */
export function errorOf(thrown: unknown): Encoded {
  if (typeof thrown !== "object" || thrown === null || !("message" in thrown)) return encode(thrown);
  const { name = "Error", message, stack, ...fields } = thrown as Record<string, unknown>;
  const error = Object.assign(new Error(String(message)), fields);
  Object.defineProperties(error, {
    name: { value: String(name), configurable: true, writable: true },
    stack: { value: typeof stack === "string" ? stack : `${name}: ${message}`, configurable: true, writable: true },
  });
  return encodeError(error);
}

/** ISO 8601 as ms since the epoch. */
export function momentOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

function pageOf<From, To>(
  page: { readonly items: readonly From[]; readonly next?: string | undefined },
  item: (from: From) => To,
) {
  return { items: page.items.map(item), ...(page.next === undefined ? {} : { next: page.next }) };
}

function startedOf({ id, existing }: { readonly id: string; readonly existing: boolean }) {
  return { executionId: id, existing };
}

function answerOf({ result, error }: Answer): Outcome {
  return error === undefined ? { ok: true, value: encode(result) } : { ok: false, error: errorOf(error) };
}

function taskOf({ execution, scheduledTime, nextAttempt, lastHeartbeat: _, ...task }: OpenTask): OpenTaskSummary {
  const scheduled = Date.parse(scheduledTime);
  return { ...task, executionId: execution, scheduledTime: scheduled, readyAt: momentOf(nextAttempt) ?? scheduled };
}

function letterOf({ payload, error, attempts, emitted, givenUp, ...letter }: DeadLetterResource): DeadLetterSummary {
  return {
    ...letter,
    ...{ payload: encode(payload), error: errorOf(error), attempt: attempts },
    ...{ time: Date.parse(emitted), deadAt: Date.parse(givenUp) },
  };
}

function scheduleOf({ when, next, last, ...schedule }: ScheduleResource) {
  return {
    ...schedule,
    when: "everyMs" in when ? { every: when.everyMs } : when,
    ...present({ nextAt: momentOf(next), lastAt: momentOf(last?.at), lastExecution: last?.execution }),
  };
}

function jsonOf(value: Encoded): Exclude<Json, undefined> {
  return (toDisplay(value) ?? null) as Exclude<Json, undefined>;
}

function failureOf(error: Encoded): { name?: string; message: string } {
  const { name, message } = Object(toDisplay(error)) as { name?: unknown; message?: unknown };
  return { message: String(message), ...(typeof name === "string" ? { name } : {}) };
}

function unanswered(place: string): Fault {
  return new Fault("EV8224", "No answer came within a minute", {
    place,
    remedy: "The signal has been delivered. What its handler does is seen by `history` and `logs`.",
  });
}
