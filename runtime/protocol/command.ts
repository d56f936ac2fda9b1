/**
 * What an activation asks the host to do. A command is applied exactly once, in the transaction that commits the
 * activation; its effect leaves the process only after that commit. `seq` numbers the durable operations of one
 * execution from 1 and is the key by which the host's answer finds the waiting continuation.
 *
 * The schemas are the definition; the types are read off them. A new kind is one schema here, one handler in
 * `runtime/engine/commands`, and whoever gives it in `runtime/guest/operations`.
 */
import * as z from "zod";
import { outcomeSchema } from "./outcome.js";
import { taskPolicySchema } from "./task-policy.js";

const seq = z.int().positive();
/** One event on its way to its subscriptions. */
export const emittedSchema = z.object({ event: z.string(), payload: z.string() });
export type Emitted = z.infer<typeof emittedSchema>;
/** What can be asked about an execution: where it stands, what came of it once it has ended, one of its queries. */
const questionSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("status") }),
  z.object({ kind: z.literal("result") }),
  z.object({ kind: z.literal("query"), query: z.string(), input: z.string() }),
]);
const onCrash = z.enum(["retry", "fail"]);
const onParentClose = z.enum(["abandon", "cancel", "terminate"]);

/** By kind. Parsing gives every command its keys in the order of its schema. */
export const commandSchemas = {
  /** Run a task handler; answered by a `task` event. */
  task: z.object({
    kind: z.literal("task"),
    seq,
    task: z.string(),
    input: z.string(),
    onCrash,
    policy: taskPolicySchema.exactOptional(),
  }),
  /** Nobody waits for the task any more: no further attempt, and the running one is told to stop. No answer. */
  cancelTask: z.object({ kind: z.literal("cancelTask"), seq }),
  /** Wake the execution at `at` (ms since the epoch, logical time); answered by a `timer` event. */
  timer: z.object({ kind: z.literal("timer"), seq, at: z.number() }),
  /** A timer whose purpose is gone. No answer. */
  cancelTimer: z.object({ kind: z.literal("cancelTimer"), seq }),
  /** Send a signal to another execution; answered by a `sent` event: when it is there, or, of a request, with its reply. */
  signal: z.object({
    kind: z.literal("signal"),
    seq,
    execution: z.string(),
    signal: z.string(),
    payload: z.string(),
    /** Of several signals to the execution with the same id only the first arrives. */
    id: z.string().exactOptional(),
    request: z.literal(true).exactOptional(),
  }),
  /** Put events into the queues of their subscriptions. No answer. */
  emit: z.object({
    kind: z.literal("emit"),
    seq,
    events: z.array(emittedSchema).readonly(),
  }),
  /** Start an execution that belongs to this one; answered by a `child` event when it has ended. */
  child: z.object({
    kind: z.literal("child"),
    seq,
    workflow: z.string(),
    name: z.string(),
    input: z.string(),
    /** ms since the epoch */
    timeoutAt: z.number().exactOptional(),
    onParentClose,
    /** First operation of this attempt of the workflow: a child that an earlier one started and that ended stands. */
    since: seq.exactOptional(),
  }),
  /** Start an execution on its own; answered by a `sent` event with `{ executionId, existing }`. */
  start: z.object({
    kind: z.literal("start"),
    seq,
    workflow: z.string(),
    name: z.string(),
    input: z.string(),
    timeoutAt: z.number().exactOptional(),
  }),
  /** Act upon another execution; answered by a `sent` event. */
  control: z.object({
    kind: z.literal("control"),
    seq,
    execution: z.string(),
    action: z.enum(["cancel", "terminate", "suspend", "resume", "timeOut"]),
    reason: z.string().exactOptional(),
  }),
  /** Ask about another execution, or wait for its end; answered by a `sent` event. */
  ask: z.object({ kind: z.literal("ask"), seq, execution: z.string(), question: questionSchema }),
  /** The execution's own time limit, ms since the epoch. No answer: it is closed then. */
  deadline: z.object({ kind: z.literal("deadline"), at: z.number() }),
  /**
   * An attempt of the workflow has failed and the next one begins at `at` (ms since the epoch), when a timer says so. No
   * answer: it is told for people to see.
   */
  retry: z.object({ kind: z.literal("retry"), attempt: z.int().positive(), at: z.number(), error: z.string() }),
  /** What the handler of a signal that was sent as a request gave. No answer. */
  reply: z.object({ kind: z.literal("reply"), request: z.string(), outcome: outcomeSchema }),
  /** What a query gave. No answer, no effect. */
  answer: z.object({ kind: z.literal("answer"), outcome: outcomeSchema }),
  /** The workflow function returned or threw: the execution is closed. `cancelled`: it gave way to its cancellation. */
  close: z.object({
    kind: z.literal("close"),
    outcome: outcomeSchema,
    cancelled: z.literal(true).exactOptional(),
    /** It has children that may have to be told. */
    children: z.literal(true).exactOptional(),
  }),
};

export type CommandKind = keyof typeof commandSchemas;
export type CommandOf<K extends CommandKind> = z.infer<(typeof commandSchemas)[K]>;
export type Command = { [K in CommandKind]: CommandOf<K> }[CommandKind];

/** Any command. */
export const commandSchema: z.ZodType<Command> = z.discriminatedUnion("kind", [
  commandSchemas.task,
  commandSchemas.cancelTask,
  commandSchemas.timer,
  commandSchemas.cancelTimer,
  commandSchemas.signal,
  commandSchemas.emit,
  commandSchemas.child,
  commandSchemas.start,
  commandSchemas.control,
  commandSchemas.ask,
  commandSchemas.deadline,
  commandSchemas.retry,
  commandSchemas.reply,
  commandSchemas.answer,
  commandSchemas.close,
]);

/** What happens to a task attempt that the death of the process interrupted: semantics §3.5. */
export type OnCrash = z.infer<typeof onCrash>;
/** What happens to a child when its parent closes. */
export type OnParentClose = z.infer<typeof onParentClose>;
