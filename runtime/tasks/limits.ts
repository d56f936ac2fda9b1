/** Bounds of the task pool, in one place. */
export interface PoolLimits {
  /** Time that importing a program's host code may take, ms. */
  readonly loadMs: number;
  /** A thread that has not taken an offer for this long, ms, counts as stuck while another thread could take it. */
  readonly stuckMs: number;
  /** Worker deaths after which a call that was running on each of them is given up. */
  readonly deaths: number;
  /** Worker deaths after which a call that waited on each of them, and never started, is given up. */
  readonly bounces: number;
  /** How long a cancelled handler may keep its thread from turning before the thread is ended, ms. */
  readonly cancelGraceMs: number;
}

export const POOL_LIMITS: PoolLimits = { loadMs: 60_000, stuckMs: 25, deaths: 3, bounces: 10, cancelGraceMs: 5000 };
