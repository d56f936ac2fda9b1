/**
 * What reaches an execution from outside. Each event is consumed exactly once, in commit order.
 *
 * The schemas are the definition; the types are read off them. A new kind is one schema here and one entry in
 * `runtime/guest/events.ts`.
 */
import * as z from "zod";
import { outcomeSchema } from "./outcome.js";

const seq = z.number();

const contextSchema = z.strictObject({
  /** `workflow/name` */
  id: z.string(),
  name: z.string(),
  parentId: z.string().exactOptional(),
  /** ISO 8601 */
  startTime: z.string(),
});

/** By kind. */
export const eventSchemas = {
  /** The first event of every execution. `seed` is 32 hex digits for the execution's random generator. */
  start: z.strictObject({
    kind: z.literal("start"),
    workflow: z.string(),
    input: z.string(),
    execution: contextSchema,
    seed: z.string(),
    /** In place of the time limit of the workflow's definition, ms since the epoch. */
    timeoutAt: z.number().exactOptional(),
  }),
  task: z.strictObject({ kind: z.literal("task"), seq, outcome: outcomeSchema }),
  timer: z.strictObject({ kind: z.literal("timer"), seq }),
  /** `request`: whoever sent it waits for a `reply` command with this id. */
  signal: z.strictObject({
    kind: z.literal("signal"),
    signal: z.string(),
    payload: z.string(),
    request: z.string().exactOptional(),
  }),
  /** A child has ended. */
  child: z.strictObject({ kind: z.literal("child"), seq, outcome: outcomeSchema }),
  /** The execution is to clean up and end. */
  cancel: z.strictObject({ kind: z.literal("cancel"), reason: z.string().exactOptional() }),
  /** Asks for an `answer` command. Never part of an execution's history. */
  query: z.strictObject({ kind: z.literal("query"), query: z.string(), input: z.string() }),
  /** The execution ends where it is, without running any of its code. Carried out by the engine. */
  terminate: z.strictObject({
    kind: z.literal("terminate"),
    status: z.enum(["TERMINATED", "TIMED_OUT"]),
    reason: z.string().exactOptional(),
  }),
  /** Nothing is delivered until `resume`. Both carried out by the engine. */
  suspend: z.strictObject({ kind: z.literal("suspend"), reason: z.string().exactOptional() }),
  resume: z.strictObject({ kind: z.literal("resume") }),
  /** The answer to a command that acts on another execution: done, or refused (unknown or closed execution). */
  sent: z.strictObject({ kind: z.literal("sent"), seq, outcome: outcomeSchema }),
};

export type EventKind = keyof typeof eventSchemas;
export type EventOf<K extends EventKind> = z.infer<(typeof eventSchemas)[K]>;
export type Event = { [K in EventKind]: EventOf<K> }[EventKind];

/** Any event. */
export const eventSchema: z.ZodType<Event> = z.discriminatedUnion("kind", [
  eventSchemas.start,
  eventSchemas.task,
  eventSchemas.timer,
  eventSchemas.signal,
  eventSchemas.sent,
  eventSchemas.child,
  eventSchemas.cancel,
  eventSchemas.query,
  eventSchemas.terminate,
  eventSchemas.suspend,
  eventSchemas.resume,
]);

/** Kinds of events that the engine carries out itself: they never reach the sandbox. */
export type ControlKind = "terminate" | "suspend" | "resume";

/** True for an event that the engine carries out itself. */
export function isControl(event: Event): event is EventOf<ControlKind> {
  return event.kind === "terminate" || event.kind === "suspend" || event.kind === "resume";
}

/** `ctx.execution` of a workflow handler. */
export type ExecutionContext = Readonly<z.infer<typeof contextSchema>>;

/** One entry of an execution's tail: the events of one committed activation. */
export interface TailEntry {
  /** 1, 2, 3 … without gaps over the whole life of the execution. */
  readonly n: number;
  /** Logical time of the activation, ms since the epoch. */
  readonly now: number;
  readonly events: readonly Event[];
  /** Hash of the commands that the activation gave (invariant 4: the tail replays to the same commands). */
  readonly commandsHash: string;
}
