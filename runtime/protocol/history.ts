/**
 * What happened to an execution, as it is kept to be shown: marks that each commit leaves. Nothing is ever computed
 * from them, so they may be cut: long values are left out, old marks go (see runtime/store/sqlite/procedures.ts).
 */
import * as z from "zod";
import type { Command } from "./command.js";
import type { Event } from "./event.js";
import { decode, type Encoded, encode, type Outcome } from "./value.js";

/** Values longer than this many characters of their encoded text are not kept. */
const LONGEST_VALUE = 600;
const LONGEST_MESSAGE = 300;

const seq = z.int();
const value = z.string().exactOptional();

export const markSchemas = {
  /** A durable operation: `until` of a timer in ms since the epoch, `value` is what it was given. */
  begun: z.strictObject({
    mark: z.literal("begun"),
    kind: z.enum(["task", "timer", "child", "start", "send"]),
    seq,
    name: z.string(),
    until: z.number().exactOptional(),
    value,
  }),
  ended: z.strictObject({ mark: z.literal("ended"), seq, ok: z.boolean(), value }),
  /** Nobody waits for it any more. */
  withdrawn: z.strictObject({ mark: z.literal("withdrawn"), seq }),
  /** An attempt of a task failed; the next one starts at `until`. Once more without an error: at another time. */
  retried: z.strictObject({ mark: z.literal("retried"), seq, attempt: z.int(), until: z.number(), value }),
  /** An attempt of the workflow failed; the next one begins at `until`. */
  failed: z.strictObject({ mark: z.literal("failed"), attempt: z.int(), until: z.number(), value }),
  /** A signal came. */
  received: z.strictObject({ mark: z.literal("received"), name: z.string(), value }),
  /** Somebody acted upon it: `cancel`, `suspend`, `resume`, `terminate`. */
  control: z.strictObject({ mark: z.literal("control"), name: z.string(), reason: z.string().exactOptional() }),
};

export const markSchema = z.discriminatedUnion("mark", [
  markSchemas.begun,
  markSchemas.ended,
  markSchemas.withdrawn,
  markSchemas.retried,
  markSchemas.failed,
  markSchemas.received,
  markSchemas.control,
]);
export type Mark = z.infer<typeof markSchema>;

/** The marks of an activation: what it was told, then what it asked for. */
export function marksOf(events: readonly Event[], commands: readonly Command[]): readonly Mark[] {
  return [...events.flatMap(markOfEvent), ...commands.flatMap(markOfCommand)];
}

/** The mark of an attempt that failed and is made again; without an error, that this happens at another time. */
export function retried(seq: number, attempt: number, until: number, error?: Encoded): Mark {
  return { mark: "retried", seq, attempt, until, ...(error === undefined ? {} : keptError(error)) };
}

function markOfEvent(event: Event): readonly Mark[] {
  switch (event.kind) {
    case "task":
    case "child":
    case "sent":
      return [ended(event.seq, event.outcome)];
    case "timer":
      return [{ mark: "ended", seq: event.seq, ok: true }];
    case "signal":
      return [{ mark: "received", name: event.signal, ...kept(event.payload) }];
    case "cancel":
    case "suspend":
    case "terminate":
      return [control(event.kind, event.reason)];
    case "resume":
      return [control("resume", undefined)];
    default:
      return [];
  }
}

function markOfCommand(command: Command): readonly Mark[] {
  switch (command.kind) {
    case "task":
      return [{ mark: "begun", kind: "task", seq: command.seq, name: command.task, ...kept(command.input) }];
    case "timer":
      return [{ mark: "begun", kind: "timer", seq: command.seq, name: "timer", until: command.at }];
    case "child":
    case "start": {
      const { kind, workflow, name, input, seq: number } = command;
      return [{ mark: "begun", kind, seq: number, name: `${workflow}/${name}`, ...kept(input) }];
    }
    case "signal": {
      const name = `${command.signal} → ${command.execution}`;
      return [{ mark: "begun", kind: "send", seq: command.seq, name, ...kept(command.payload) }];
    }
    case "control":
      return [{ mark: "begun", kind: "send", seq: command.seq, name: `${command.action} → ${command.execution}` }];
    case "ask": {
      const { question, execution } = command;
      const what = question.kind === "query" ? `query ${question.query}` : question.kind;
      return [{ mark: "begun", kind: "send", seq: command.seq, name: `${what} → ${execution}` }];
    }
    case "cancelTask":
    case "cancelTimer":
      return [{ mark: "withdrawn", seq: command.seq }];
    case "retry":
      return [{ mark: "failed", attempt: command.attempt, until: command.at, ...keptError(command.error) }];
    default:
      return [];
  }
}

function ended(number: number, outcome: Outcome): Mark {
  return {
    mark: "ended",
    seq: number,
    ok: outcome.ok,
    ...(outcome.ok ? kept(outcome.value) : keptError(outcome.error)),
  };
}

function control(name: string, reason: string | undefined): Mark {
  return { mark: "control", name, ...(reason === undefined ? {} : { reason }) };
}

/** Of an error that is too long, name and message: what people look for first. */
function keptError(text: Encoded): { value?: string } {
  if (text.length <= LONGEST_VALUE) return { value: text };
  const thrown = decode(text);
  if (!(thrown instanceof Error)) return {};
  const { name, message } = thrown;
  return kept(encode(Object.assign(new Error(message.slice(0, LONGEST_MESSAGE)), { name, stack: undefined })));
}

function kept(text: Encoded): { value?: string } {
  return text.length > LONGEST_VALUE ? {} : { value: text };
}
