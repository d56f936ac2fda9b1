/** The engine's interface: filled in below. */
import type { ExecutionRow, LogRow } from "../store/store.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import type { Program } from "../protocol/program.js";
import type { Status } from "../protocol/execution.js";

export interface Engine {
  /** Makes a program known (and durable), so that executions can start on it. */
  deploy(program: Program, resolveFrom: string): Promise<void>;
  /** Acknowledged, that is durable, when it resolves. Same id and same input: the existing execution. */
  start(request: StartRequest): Promise<StartReply>;
  /** Durable when it resolves. Throws Fault EV8xxx for an unknown or closed execution. */
  signal(executionId: string, signal: string, payload: Encoded): Promise<void>;
  /** Resolves when the execution is closed (its outcome) or suspended. */
  result(executionId: string): Promise<ExecutionRow>;
  show(executionId: string): Promise<ExecutionRow & { readonly checkpointBytes: number; readonly tailBytes: number }>;
  list(query: { workflow?: string; status?: Status; before?: number; limit: number }): Promise<readonly ExecutionRow[]>;
  logs(executionId: string, query: { after?: number; limit: number }): Promise<readonly LogRow[]>;
  /** Resolves when nothing can happen before the next timer (or nothing at all): for virtual clocks and tests. */
  idle(): Promise<void>;
  /** Stops taking work, writes checkpoints, closes. */
  close(): Promise<void>;
}

export interface StartRequest {
  readonly workflow: string;
  /** Default: the newest deployed program that has the workflow. */
  readonly program?: string;
  /** Default: a random one. */
  readonly name?: string;
  readonly input: Encoded;
}

export interface StartReply {
  readonly executionId: string;
  /** True when an execution of that id was there before. */
  readonly existing: boolean;
}

export type { Outcome };
