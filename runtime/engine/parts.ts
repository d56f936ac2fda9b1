/** What the engine's pieces share: made once in core.ts, handed to each piece that needs more than two of them. */
import type { SuspendReason } from "../protocol/execution.js";
import type { Sandbox } from "../sandbox/sandbox.js";
import type { ExecutionRow, Store } from "../store/store.js";
import type { Activity } from "./activity.js";
import type { Cache } from "./cache.js";
import type { DeclarationRegistry } from "./declarations.js";
import type { Deliveries } from "./deliveries.js";
import type { Directory } from "./directory.js";
import type { CheckpointMode, Problem } from "./engine.js";
import type { Intake } from "./intake.js";
import type { Limits } from "./limits.js";
import type { NewExecutions } from "./new-executions.js";
import type { Programs } from "./programs.js";
import type { Requests } from "./requests.js";
import type { ResultWaiters } from "./results.js";
import type { TaskFeed } from "./task-feed.js";
import type { LogicalTime } from "./time.js";
import type { Timers } from "./timers.js";
import type { Verification } from "./verification.js";
import type { Waiters } from "./waiters.js";
import type { Wakeups } from "./wakeups.js";

export interface Parts {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly programs: Programs;
  readonly newExecutions: NewExecutions;
  readonly requests: Requests;
  readonly waiters: Waiters;
  readonly intake: Intake;
  readonly declarations: DeclarationRegistry;
  readonly deliveries: Deliveries;
  readonly directory: Directory;
  readonly cache: Cache;
  readonly timers: Timers;
  readonly feed: TaskFeed;
  readonly results: ResultWaiters;
  readonly wakeups: Wakeups;
  readonly time: LogicalTime;
  readonly activity: Activity;
  readonly verification: Verification;
  readonly limits: Limits;
  readonly checkpoint: CheckpointMode;
  /** Told of every execution that is closed or suspended, after the commit. */
  readonly ended: (executionId: string) => void;
  /** Told of the row of every execution that has closed, after the commit. */
  readonly closed: (row: ExecutionRow) => void;
  /** Told of every execution that the engine had to suspend, after the commit: not of those that people suspend. */
  readonly suspended: (executionId: string, reason: SuspendReason) => void;
  readonly report: (problem: Problem) => void;
}
