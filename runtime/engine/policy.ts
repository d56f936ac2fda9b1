/**
 * When to write a checkpoint. Pure decisions on measured costs.
 *
 * A tail costs what it takes to read and re-run it; a checkpoint what it takes to write. Writing when the tail has
 * become a constant times dearer keeps the cost per event constant and recovery within that constant (architecture §5).
 */
import type { CheckpointMode } from "./engine.js";

/** What is known of an execution's stored state. Costs in microseconds. */
export interface Position {
  /** Number of the last committed activation; 0 before the first. */
  readonly n: number;
  readonly tailBytes: number;
  readonly tailCost: number;
  /** The newest checkpoint. */
  readonly checkpoint: { readonly n: number; readonly bytes: number; readonly cost: number } | undefined;
  /** How many times in a row a checkpoint could not be written. */
  readonly setbacks: number;
}

export const NEW_POSITION: Position = { n: 0, tailBytes: 0, tailCost: 0, checkpoint: undefined, setbacks: 0 };

/** Microseconds to store or read a byte of text, against which costs measured in the sandbox are weighed. */
const COST_PER_BYTE = 0.03;
/** How many times dearer than a checkpoint a tail may become while its execution is live. */
const FACTOR = 4;
/**
 * Taken for a checkpoint before one was measured, microseconds and bytes: those of a small state. Until then the tail
 * begins with the evaluation of the modules, which restoring a checkpoint takes as well.
 */
const FIRST_COST = 400;
const FIRST_BYTES = 1000;
/** How many times dearer per byte than the last checkpoint the next one is believed to be. */
const MOST_GROWTH = 2;
/** Each failed attempt doubles the patience, up to this power. */
const MOST_SETBACKS = 10;

/** Should the activation that is about to take `bytes` of events write a checkpoint? */
export function writesAfterActivation(mode: CheckpointMode, position: Position, bytes: number): boolean {
  if (mode !== "auto") return mode === "always";
  const expected = tailCost(position) + bytes * COST_PER_BYTE + meanCost(position);
  return expected > FACTOR * patience(position) * checkpointCost(position);
}

/** Should an execution that leaves memory after taking `bytes` of events (0: none) write one? */
export function writesAtEviction(mode: CheckpointMode, position: Position, bytes: number): boolean {
  if (mode !== "auto") return mode === "always";
  if (bytes === 0 && !hasTail(position)) return false;
  const expected = tailCost(position) + bytes * COST_PER_BYTE + (bytes > 0 ? meanCost(position) : 0);
  return expected > patience(position) * checkpointCost(position);
}

/** Should an execution write one because the engine closes? */
export function writesAtShutdown(mode: CheckpointMode, position: Position): boolean {
  return mode !== "never" && hasTail(position);
}

/** True when activations were committed after the newest checkpoint. */
export function hasTail(position: Position): boolean {
  return position.n > (position.checkpoint?.n ?? 0);
}

/**
 * The cost to note for a checkpoint that took `measured` microseconds. A thread that was put to sleep in between measures
 * far too much, and a tail would be allowed to grow as dear: so one measurement raises the cost only so far.
 */
export function believedCost({ checkpoint }: Position, measured: number, bytes: number): number {
  const last = checkpoint ?? { cost: FIRST_COST, bytes: FIRST_BYTES };
  const most = MOST_GROWTH * Math.max(last.cost, 1) * Math.max(1, bytes / Math.max(last.bytes, 1));
  return Math.round(Math.min(measured, most));
}

function tailCost({ tailBytes, tailCost }: Position): number {
  return tailBytes * COST_PER_BYTE + tailCost;
}

function checkpointCost({ checkpoint }: Position): number {
  return checkpoint === undefined ? FIRST_COST : checkpoint.cost + checkpoint.bytes * COST_PER_BYTE;
}

function meanCost({ n, checkpoint, tailCost }: Position): number {
  const entries = n - (checkpoint?.n ?? 0);
  return entries === 0 ? 0 : tailCost / entries;
}

function patience({ setbacks }: Position): number {
  return 2 ** Math.min(setbacks, MOST_SETBACKS);
}
