/**
 * What reaches an execution from outside. Each event is consumed exactly once, in commit order.
 *
 * The schemas are the definition; the types are read off them. A new kind is one schema here and one entry in
 * `runtime/guest/events.ts`.
 */
import { z } from "zod";
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
  }),
  task: z.strictObject({ kind: z.literal("task"), seq, outcome: outcomeSchema }),
  timer: z.strictObject({ kind: z.literal("timer"), seq }),
  signal: z.strictObject({ kind: z.literal("signal"), signal: z.string(), payload: z.string() }),
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
]);

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
