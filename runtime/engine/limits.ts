/** The engine's numbers: sizes of batches, pages and windows, delays and attempts. One place, each with its unit. */

import { PAYLOAD_UNITS_MAX } from "../protocol/payload.js";

export interface Limits {
  /** Activations sent to the sandbox in one call. */
  readonly batchSize: number;
  /** Calls to the sandbox under way at once: one runs while the next is gathered. */
  readonly batchesInFlight: number;
  /** Executions being loaded or loaded and not yet sent. Bounds the memory that checkpoints take on the host. */
  readonly preparing: number;
  /** Activations that have run and whose commit is still under way. Bounds the instances beyond those of the cache. */
  readonly uncommitted: number;
  /** Events that one activation takes from its queue. */
  readonly eventsPerActivation: number;
  /** Timers kept in memory: the earliest ones. */
  readonly timerWindow: number;
  /** Task calls handed to the pool and not yet recorded; further ones stay in the store. */
  readonly openTasks: number;
  /** Rows per read of open tasks and of pending inboxes. */
  readonly page: number;
  /** How often a start or an outside signal is tried before its sender gets the store's error. */
  readonly storeAttempts: number;
  /** First and longest delay before a failed commit is tried again, ms. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** How often in a row an activation may be lost with its sandbox before the execution is suspended. */
  readonly lostAttempts: number;
  /** How many attempts of a task the death of the process may cut off before the call is given up. */
  readonly crashes: number;
  /** First and longest pause before an attempt that follows such a death, from the third death on, ms. */
  readonly crashMinMs: number;
  readonly crashMaxMs: number;
  /** How long running task handlers may go on when the engine closes, ms. */
  readonly closeGraceMs: number;
  /** Events handed to the pool for their subscriptions at once. */
  readonly deliveries: number;
  /** How long the transaction of a task may keep all others from being committed, ms. */
  readonly transactionMs: number;
  /** Starts and signals that wait for their acknowledgement at once. */
  readonly waitingRequests: number;
  /** Length of their payloads together, in UTF-16 units. */
  readonly waitingUnits: number;
  /** Longest payload of a start, a signal or a task's completion from outside, encoded, in UTF-16 units. */
  readonly payloadUnits: number;
  /** Longest name of an execution or signal, in UTF-16 units. */
  readonly nameLength: number;
}

export const DEFAULT_LIMITS: Limits = {
  batchSize: 128,
  batchesInFlight: 2,
  preparing: 256,
  uncommitted: 2048,
  eventsPerActivation: 1000,
  timerWindow: 1000,
  openTasks: 4096,
  page: 500,
  storeAttempts: 5,
  retryMinMs: 50,
  retryMaxMs: 30_000,
  lostAttempts: 3,
  crashes: 50,
  crashMinMs: 1000,
  crashMaxMs: 300_000,
  closeGraceMs: 5000,
  deliveries: 128,
  transactionMs: 5000,
  waitingRequests: 100_000,
  waitingUnits: 256 << 20,
  payloadUnits: PAYLOAD_UNITS_MAX,
  nameLength: 512,
};

/** Pause after the death number `crashes` in attempts of one task, ms: none after the first two, which may be restarts. */
export function crashDelay(crashes: number, { crashMinMs, crashMaxMs }: Limits): number {
  return crashes <= 2 ? 0 : Math.min(crashMaxMs, crashMinMs * 2 ** Math.min(crashes - 3, 30));
}

/** Delay before attempt `failures + 1`, ms: doubles from the first to the longest. */
export function retryDelay(failures: number, limits: Limits): number {
  return Math.min(limits.retryMaxMs, limits.retryMinMs * 2 ** Math.min(failures - 1, 30));
}
