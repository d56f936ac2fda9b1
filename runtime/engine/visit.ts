/**
 * Looks into an execution without touching it: the committed state is brought up in an instance of its own, and thrown
 * away afterwards.
 */
import type { Event } from "../protocol/event.js";
import type { ActivationReply, Sandbox } from "../sandbox/sandbox.js";
import type { StoredExecution } from "../store/store.js";
import { unknownExecution } from "./faults.js";
import type { Parts } from "./parts.js";

/** What a visit needs: the sandbox, the program in it, and what time it is in there. */
export interface Visiting {
  readonly programs: { guest(hash: string): Promise<void> };
  readonly sandbox: Sandbox;
  readonly time: { now(): number };
}

/** Unlike any execution's id, whose names have no control characters. Not NUL, where strings end on their way into the sandbox. */
const INSTANCE_SUFFIX = "\u007fvisit";
let visits = 0;

/** Everything stored of an execution. Throws Fault EV8004 when there is none. */
export async function storedState({ store }: Pick<Parts, "store">, executionId: string): Promise<StoredExecution> {
  const row = await store.findExecution(executionId);
  const stored = row && (await store.loadExecution(row.key));
  if (stored === undefined) throw unknownExecution(executionId);
  return stored;
}

/** Runs `events` on the state and gives the reply, with a checkpoint if `write`. */
export async function visit(
  { programs, sandbox, time }: Visiting,
  {
    checkpoint,
    tail,
    row,
  }: Pick<StoredExecution, "tail" | "row"> & { readonly checkpoint: { readonly text: string } | undefined },
  { events, write }: { readonly events: readonly Event[]; readonly write: boolean },
): Promise<ActivationReply | undefined> {
  await programs.guest(row.program);
  const [reply] = await sandbox.activate([
    {
      execution: `${row.id}${INSTANCE_SUFFIX}${visits++}`,
      program: row.program,
      bring: { checkpoint: checkpoint?.text ?? null, tail },
      now: time.now(),
      events,
      write,
      drop: true,
    },
  ]);
  return reply;
}
