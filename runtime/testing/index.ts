/**
 * `eventual/testing`: what tests of workflows and tasks import.
 *
 * @module eventual/testing
 */
export type { DurationSchedule, SendSignalOptions } from "../api/types.js";
export type { Completions } from "./completions.js";
export type { ChosenCrashes, Crashes, EveryCrash, RandomCrashes } from "./crashes.js";
export { type AnyWorkflow, TestEnvironment } from "./environment.js";
export { TestExecution, type TestOutcome } from "./execution.js";
export type { HistoryEntry } from "./history.js";
export type { MockedDelivery, MockSubscription, MockSubscriptionActions } from "./mock-subscription.js";
export type { MockActions, MockedHeartbeats, MockedTaskCall, MockOptions, MockTask } from "./mock-task.js";
export type { MockedExecution, MockWorkflow, MockWorkflowActions } from "./mock-workflow.js";
export type { TestEnvironmentOptions, TestStartOptions } from "./options.js";
export type { Seed } from "./random.js";
export { type RunTaskOptions, runTask, type TaskRun } from "./run-task.js";
export { openTestDatabase, type TestDatabase } from "./test-database.js";
