/** The module `eventual` as guest code sees it: one object for all executions, frozen before user code runs. */
import { ExecutionStatus, isFailedExecution, isSucceededExecution } from "../api/status.js";
import { ERROR_CLASSES } from "../protocol/errors.js";
import { cancelScope, uncancellable } from "./operations/cancel.js";
import { condition } from "./operations/condition.js";
import { event, subscription } from "./operations/event.js";
import { executionHandle } from "./operations/handle.js";
import { query } from "./operations/query.js";
import { unsupported } from "./operations/refusing.js";
import { saga } from "./operations/saga.js";
import { expectSignal, onSignal, sendSignal, signal } from "./operations/signal.js";
import { task, taskContext } from "./operations/task.js";
import { duration, Schedule, time } from "./operations/time.js";
import { workflow } from "./operations/workflow.js";

/** Parts of the API that are declared but not there yet: each refuses with EV5002 when it is called. */
const NOT_YET = ["asyncResult", "schedule", "sendTaskFailure", "sendTaskHeartbeat", "sendTaskSuccess"];

export const api: Readonly<Record<string, unknown>> = {
  ...ERROR_CLASSES,
  ExecutionStatus,
  Schedule,
  cancelScope,
  condition,
  duration,
  event,
  executionHandle,
  expectSignal,
  isFailedExecution,
  isSucceededExecution,
  onSignal,
  query,
  saga,
  schedule: subscription,
  sendSignal,
  signal,
  subscription,
  task,
  taskContext,
  time,
  uncancellable,
  workflow,
  ...Object.fromEntries(NOT_YET.map((name) => [name, unsupported(`${name}()`)])),
};
