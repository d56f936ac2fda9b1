/** `eventual/testing`: what tests of workflows and tasks import. */
export type { DurationSchedule } from "../api/types.js";
export type { CrashPoint, RandomCrashes } from "./crashes.js";
export { TestEnvironment, type TestEnvironmentOptions, type TestStartOptions } from "./environment.js";
export { TestExecution, type TestOutcome } from "./execution.js";
export type { HistoryEntry } from "./history.js";
export type { MockActions, MockedHeartbeats, MockedTaskCall, MockOptions, MockTask } from "./mock-task.js";
export type { MockedExecution, MockWorkflow, MockWorkflowActions } from "./mock-workflow.js";
export type { Seed } from "./random.js";
export { type RunTaskOptions, runTask, type TaskRun } from "./run-task.js";
