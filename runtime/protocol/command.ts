/**
 * What an activation asks the host to do. A command is applied exactly once, in the transaction that commits the
 * activation; its effect leaves the process only after that commit. `seq` numbers the durable operations of one
 * execution from 1 and is the key by which the host's answer finds the waiting continuation.
 *
 * The schemas are the definition; the types are read off them. A new kind is one schema here, one handler in
 * `runtime/engine/commands`, and whoever gives it in `runtime/guest/operations`.
 */
import { z } from "zod";
import { outcomeSchema } from "./outcome.js";
import { taskPolicySchema } from "./task-policy.js";

const seq = z.int().positive();
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
  /** Send a signal to another execution; answered by a `sent` event. */
  signal: z.object({
    kind: z.literal("signal"),
    seq,
    execution: z.string(),
    signal: z.string(),
    payload: z.string(),
  }),
  /** The workflow function returned or threw: the execution is closed. */
  close: z.object({ kind: z.literal("close"), outcome: outcomeSchema }),
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
  commandSchemas.close,
]);

/** What happens to a task attempt that the death of the process interrupted: semantics §3.5. */
export type OnCrash = z.infer<typeof onCrash>;
/** What happens to a child when its parent closes. */
export type OnParentClose = z.infer<typeof onParentClose>;
