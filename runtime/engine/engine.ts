/**
 * The engine as the command line, the clients and the tests see it, and what it is made from.
 *
 * E1  Nothing observable leaves before the commit that decides it.
 * E2  Every event is consumed once, every command applied once, in the order of its execution.
 * E3  Memory is bounded by the options and limits, not by the number of executions.
 */

import type { Emitted } from "../protocol/command.js";
import type { Status, SuspendReason } from "../protocol/execution.js";
import type { HostRequest } from "../protocol/host-request.js";
import type { Program } from "../protocol/program.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import type { DeadLetter, ExecutionQuery, ExecutionRow, LogRow, Store, TaskRow } from "../store/store.js";
import type { SettledTask, TaskPool } from "../tasks/tasks.js";
import type { Clock } from "./clock.js";
import type { Limits } from "./limits.js";
import type { RandomHex } from "./new-executions.js";
import type { ScheduleStatus } from "./schedules.js";
import type { Verified } from "./verification.js";

export interface Engine {
  /** Makes a program known (and durable), so that executions can start on it. */
  deploy(program: Program, resolveFrom: string): Promise<void>;
  /** Acknowledged, that is durable, when it resolves. Same id and same input: the existing execution. */
  start(request: StartRequest): Promise<StartReply>;
  /**
   * Durable when it resolves. Of several signals to the execution with the same `id` only the first arrives; all are
   * answered alike. Throws Fault EV8xxx for an unknown or closed execution.
   */
  signal(executionId: string, signal: string, payload: Encoded, id?: string): Promise<void>;
  /**
   * Sends a signal and waits for what its first handler gives. Throws as `signal`; EV8005 also when the execution ends
   * before it answers.
   */
  request(executionId: string, signal: string, payload: Encoded): Promise<Outcome>;
  /** Durable when it resolves: what comes of it is seen by `result` and `show`. Throws as `signal`. */
  control(executionId: string, action: "cancel" | "terminate" | "suspend" | "resume", reason?: string): Promise<void>;
  /**
   * Asks an execution, also a closed one, without changing anything. Throws Fault EV8004 for an unknown execution,
   * EV8018 when its state cannot be asked.
   */
  query(executionId: string, query: string, input: Encoded): Promise<Outcome>;
  /** The state as it is now, without changing anything. Throws Fault EV8004. */
  snapshot(executionId: string): Promise<Snapshot>;
  /**
   * Completes an attempt of a task by its token, or the present attempt of a call. Durable when it resolves. Throws
   * Fault EV8014 for a token that is not this database's, EV8015 when the attempt is completed already or nobody waits
   * for it any more, EV8004 for an unknown execution.
   */
  completeTask(task: string | TaskCallRef, outcome: Outcome): Promise<void>;
  /**
   * The next attempt of a task that rests after a failed one begins at once. Durable when it resolves. Throws Fault
   * EV8030 when the call does not rest, EV8004 for an unknown execution.
   */
  retryTask(call: TaskCallRef): Promise<void>;
  /** A sign of life of an attempt. `cancelled`: nobody waits for it any more. Throws Fault EV8014. */
  heartbeatTask(token: string, details: Encoded): Promise<{ readonly cancelled: boolean }>;
  /**
   * Puts events into the queues of their subscriptions. Durable when it resolves. The payloads have been checked by the
   * caller. Throws Fault EV8003 for an unusable name.
   */
  emit(events: readonly Emitted[]): Promise<void>;
  /** Events that no attempt of their subscription could handle, newest first. `before`: id of the last one seen. */
  deadLetters(query: { subscription?: string; before?: number; limit: number }): Promise<readonly DeadLetter[]>;
  /** Puts a dead letter back into its queue. Throws Fault EV8019 when there is none of that id. */
  retryDeadLetter(id: number): Promise<void>;
  /** Forgets a dead letter. Throws Fault EV8019 when there is none of that id. */
  dropDeadLetter(id: number): Promise<void>;
  /**
   * Removes closed executions whose workflow's `retention` has passed (the engine does so by itself when the time has
   * come), or those that `request` describes. Durable when it resolves.
   */
  prune(request?: PruneRequest): Promise<PruneReply>;
  /** All schedules in force, by name, with when they are due next. */
  schedules(): Promise<readonly ScheduleStatus[]>;
  /** It starts nothing until it is resumed. Throws Fault EV8020 for an unknown schedule. */
  pauseSchedule(name: string): Promise<void>;
  /** It is next due as if it began now. Throws Fault EV8020 for an unknown schedule. */
  resumeSchedule(name: string): Promise<void>;
  /** Starts an execution of it now, even if it is paused. Throws Fault EV8020 for an unknown schedule. */
  triggerSchedule(name: string): Promise<StartReply>;
  /** Resolves when the execution is closed (its outcome) or suspended. */
  result(executionId: string): Promise<ExecutionRow>;
  show(executionId: string): Promise<ExecutionRow & { readonly checkpointBytes: number; readonly tailBytes: number }>;
  /** Newest first. */
  list(query: ExecutionQuery): Promise<readonly ExecutionRow[]>;
  logs(executionId: string, query: { after?: number; limit: number }): Promise<readonly LogRow[]>;
  /** Tasks that are not completed, in the order of their calls. */
  tasks(query: { after?: number; limit: number }): Promise<readonly OpenTaskRow[]>;
  /** Resolves when it takes work. Throws Fault EV8006 when it is closed, EV6012 when its disk has failed. */
  ready(): Promise<void>;
  /** How many checkpoints have been compared with what they give when they are brought up again. */
  readonly verified: Verified;
  /** How full what is bounded is, and what was refused and suspended since the start. */
  readonly load: EngineLoad;
  /** Resolves when nothing can happen before the next timer (or nothing at all): for virtual clocks and tests. */
  idle(): Promise<void>;
  /** Stops taking work, writes checkpoints, closes. */
  close(): Promise<void>;
}

/** A call of a task, by its number in its execution. */
export interface TaskCallRef {
  readonly execution: string;
  readonly seq: number;
}

/**
 * A task that is not completed. `resting`: until its next attempt at `readyAt`; `waiting`: for a completion by its
 * token; `running` also one whose engine died, until the next one decides about it.
 */
export interface OpenTaskRow extends TaskRow {
  readonly state: "scheduled" | "running" | "resting" | "waiting";
}

export interface StartRequest {
  readonly workflow: string;
  /** Default: the newest deployed program that has the workflow. */
  readonly program?: string;
  /** Default: a random one. */
  readonly name?: string;
  readonly input: Encoded;
  /** In place of the time limit of the workflow's definition: at this time (ms since the epoch), or ms from now. */
  readonly timeoutAt?: number;
  readonly timeoutMs?: number;
}

export interface PruneRequest {
  /** What ended so long ago, ms, whatever the retention of its workflow; without it, retentions decide. */
  readonly olderThanMs?: number;
  readonly workflow?: string;
  readonly status?: Status;
  /** Only count. */
  readonly dryRun?: boolean;
  /** At most so many; default: all. */
  readonly limit?: number;
}

export interface PruneReply {
  /** How many were removed, or with `dryRun` would be. */
  readonly executions: number;
  /** The limit is reached: there may be others. */
  readonly more: boolean;
}

export interface StartReply {
  readonly executionId: string;
  /** True when an execution of that id was there before. */
  readonly existing: boolean;
}

export interface Snapshot {
  /** A checkpoint's text; undefined when there is none and none can be made. */
  readonly text?: string;
  /** Activations that are not in it. */
  readonly newer: number;
}

/** `auto`: when the tail has become dearer than a checkpoint; `always`: after every activation; `never`: tail only. */
export type CheckpointMode = "auto" | "always" | "never";

export interface EngineLoad {
  /** Instances kept between activations, and how many may be. */
  readonly instances: number;
  readonly mostInstances: number;
  /** Starts and signals that wait to be stored, how many may, and how many were refused (EV8022). */
  readonly waiting: number;
  readonly mostWaiting: number;
  readonly refused: number;
  /** Executions that the engine had to suspend, by the code of the reason. */
  readonly suspended: ReadonlyMap<string, number>;
}

export interface EngineOptions {
  /** Closed with the engine. */
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly tasks: (
    onSettled: (settled: readonly SettledTask[]) => void,
    onBeat: (ref: string, details: Encoded) => void,
    onRequest: (request: HostRequest, program: string) => Promise<Outcome>,
    onInterrupted: (refs: readonly string[]) => void,
  ) => TaskPool;
  readonly clock: Clock;
  readonly checkpoint: CheckpointMode;
  /** Live instances kept between activations; 0: every activation starts from the store. */
  readonly cacheSize: number;
  readonly limits?: Partial<Limits>;
  /** Told of trouble that concerns no single caller: a commit that failed and will be tried again, and the like. */
  readonly report: (problem: Problem) => void;
  /** Every how many checkpoints one is brought up again and compared before it is stored. Default: 0, none. */
  readonly verifyEvery?: number;
  /** Told of every execution that has closed, after the commit. Must not throw. */
  readonly closed?: (row: ExecutionRow) => void;
  /** Told of every execution that the engine had to suspend, after the commit. Must not throw. */
  readonly suspended?: (executionId: string, reason: SuspendReason) => void;
  /** Seeds and names of new executions. Default: the host's cryptographic source. */
  readonly randomHex?: RandomHex;
}

export interface Problem {
  readonly message: string;
  readonly execution?: string;
  readonly cause: unknown;
}

export type { Outcome };
