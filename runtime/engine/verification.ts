/**
 * Self-verification in production: some checkpoints are brought up again, and written again, before they are stored.
 *
 * V1  A checkpoint that does not give itself again is not stored: the tail is kept, which gives the state by itself
 *     (invariant 3 is checked, and does not have to hold for anything to be right).
 */
import type { ActivationReply } from "../sandbox/sandbox.js";
import type { ExecutionRow } from "../store/store.js";
import { differingCheckpoint } from "./faults.js";
import type { Parts } from "./parts.js";
import { visit } from "./visit.js";

type Done = Extract<ActivationReply, { kind: "done" }>;

/** How many checkpoints have been compared, and how many were found to differ. */
export interface Verified {
  readonly checkpoints: number;
  readonly differing: number;
}

const UNSERIALIZABLE = { path: "the whole state", what: "a checkpoint that does not give the same state again" };

export class Verification {
  readonly #every: number;
  #written = 0;
  #checkpoints = 0;
  #differing = 0;

  /** Compares every `every`th checkpoint; 0: none. */
  constructor(every: number) {
    this.#every = every;
  }

  get verified(): Verified {
    return { checkpoints: this.#checkpoints, differing: this.#differing };
  }

  /** True when the checkpoint of this reply is to be compared. */
  wants({ checkpoint }: Done): boolean {
    if (checkpoint === undefined || this.#every === 0) return false;
    this.#written++;
    return this.#written % this.#every === 0;
  }

  /** The reply as it may be stored: without its checkpoint when that differs, which is reported. */
  async compared(
    parts: Pick<Parts, "store" | "programs" | "sandbox" | "time" | "report">,
    row: ExecutionRow,
    reply: Done,
  ) {
    const { checkpoint, ...rest } = reply;
    if (checkpoint === undefined) return reply;
    const again = await visit(parts, { row, checkpoint, tail: [] }, { events: [], write: true });
    // The sandbox was lost, or is too full for a second instance: that tells nothing of the checkpoint.
    if (again === undefined || again.kind === "lost") return reply;
    this.#checkpoints++;
    const text = again.kind === "done" ? again.checkpoint?.text : undefined;
    if (text === checkpoint.text) return reply;
    this.#differing++;
    const why = again.kind === "suspend" ? again.reason.message : differenceOf(checkpoint.text, text ?? "");
    const cause = differingCheckpoint(row.id, why);
    parts.report({ message: cause.message, execution: row.id, cause });
    return { ...rest, unserializable: UNSERIALIZABLE };
  }
}

function differenceOf(first: string, second: string): string {
  let at = 0;
  while (at < first.length && first[at] === second[at]) at++;
  return `the texts differ at character ${at} of ${first.length}`;
}
