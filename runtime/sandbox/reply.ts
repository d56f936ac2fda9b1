/**
 * Reads what the guest answers. User code shares its realm with the guest runtime, so nothing in the text is trusted:
 * a reply of any other shape than the protocol's is a failure of that execution.
 *
 * Y1  Parsing gives every command its keys in one fixed order: the JSON text of parsed commands is canonical.
 */
import { hash } from "node:crypto";
import * as z from "zod";
import { type Command, commandSchema } from "../protocol/command.js";
import type { TurnReply } from "../protocol/guest.js";

const result = z.object({
  commands: z.array(commandSchema),
  logs: z.array(z.object({ level: z.enum(["debug", "info", "warn", "error"]), text: z.string() })),
  closed: z.boolean(),
});

const turnReply: z.ZodType<TurnReply> = z.object({
  results: z.array(result),
  unserializable: z.object({ path: z.string(), what: z.string() }).exactOptional(),
  fault: z.object({ kind: z.enum(["stack", "memory"]), message: z.string() }).exactOptional(),
});

export interface ReadReply {
  readonly reply: TurnReply;
  readonly checkpoint: string | undefined;
}

/** Reads a guest's answer to a turn of `batches` batches. Gives a description of the defect when it is malformed. */
export function readReply(text: string, batches: number): ReadReply | string {
  const end = text.indexOf("\n");
  const json = end < 0 ? text : text.slice(0, end);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return `a reply that is not JSON (${String(error)})`;
  }
  const parsed = turnReply.safeParse(value);
  if (!parsed.success) return `a malformed reply (${parsed.error.issues[0]?.message ?? "unknown"})`;
  const reply = parsed.data;
  if (reply.fault === undefined && reply.results.length !== batches) {
    return `${reply.results.length} results for ${batches} batches`;
  }
  return { reply, checkpoint: end < 0 ? undefined : text.slice(end + 1) };
}

const NO_COMMANDS_HASH = "0";
const HASH_CHARACTERS = 22;

/**
 * The hash by which a tail entry remembers what its activation commanded (invariant 4): 131 bits of SHA-256 in
 * base64url over the commands' canonical JSON (Y1), or `0` for none.
 */
export function hashCommands(commands: readonly Command[]): string {
  if (commands.length === 0) return NO_COMMANDS_HASH;
  return hash("sha256", JSON.stringify(commands), "base64url").slice(0, HASH_CHARACTERS);
}
