/**
 * The types of the authoring API: what workflow code sees. No values here; the guest runtime and the host each
 * implement these shapes. An option appears in a type only once the runtime honours it.
 */
import type { OnCrash, OnParentClose } from "../protocol/command.js";
import type { ExecutionContext } from "../protocol/event.js";
import type { RetryPolicy } from "../protocol/task-policy.js";
import type { AsyncResult } from "./async-result.js";
import type { Execution } from "./status.js";

/** Singular and plural mean the same. Fixed lengths: a day is 24 hours, a week 7 days, a year 365.25 days. */
export type DurationUnit =
  | "millisecond"
  | "milliseconds"
  | "second"
  | "seconds"
  | "minute"
  | "minutes"
  | "hour"
  | "hours"
  | "day"
  | "days"
  | "week"
  | "weeks"
  | "year"
  | "years";

/** A length of time, counted from when it is used. */
export interface DurationSchedule {
  readonly type: "Duration";
  readonly dur: number;
  readonly unit: DurationUnit;
}

/** A point in time. */
export interface TimeSchedule {
  readonly type: "Time";
  /** ISO 8601, UTC */
  readonly isoDate: string;
}

export type Schedule = DurationSchedule | TimeSchedule;

/** What is accepted wherever a timeout is taken: a schedule, a `duration()` or `time()`, or any promise. */
export type TimeoutSource = Schedule | PromiseLike<unknown>;

/** The arguments of a call with one input, which may be left out where `undefined` is a valid input. */
export type InputArguments<Input> = undefined extends Input ? [input?: Input] : [input: Input];

/** What can be said of a signal that is sent. */
export interface SendSignalOptions {
  /** Of several signals to one execution with the same id only the first arrives; the others are answered alike. */
  readonly id?: string;
}

/** The arguments of a signal: its payload, and options. */
export type SignalArguments<Payload> = undefined extends Payload
  ? [payload?: Payload, options?: SendSignalOptions]
  : [payload: Payload, options?: SendSignalOptions];

/** The arguments of a task's call. */
export type TaskCallArguments<Input> = undefined extends Input
  ? [input?: Input, options?: TaskCallOptions]
  : [input: Input, options?: TaskCallOptions];

/** The second argument of a workflow handler. */
export interface WorkflowContext {
  readonly workflow: { readonly name: string };
  readonly execution: ExecutionContext & {
    /** Which attempt this is, from 1: see the option `retry`. */
    readonly attempt: number;
    /** What the attempt before failed with. */
    readonly lastError?: unknown;
  };
}

export type WorkflowHandler<Input, Output> = (input: Input, context: WorkflowContext) => Promise<Output>;

export interface WorkflowOptions {
  /** How long closed executions are kept, with their logs and history. Default: for ever. */
  readonly retention?: DurationSource;
  /** The longest that an execution may take: then it is closed as `TIMED_OUT`. A start may give another. */
  readonly timeout?: Schedule;
  /**
   * When the function throws, it is called again, with the same input and fresh module state. `timeout` bounds all
   * attempts together. Default: none, the first error ends the execution.
   */
  readonly retry?: RetryOptions;
}

/** Options of a call of a workflow as a child. */
export interface ChildOptions {
  /**
   * A schedule closes the child as `TIMED_OUT`, and the call rejects with `WorkflowTimeout`. Any promise ends it when it
   * settles: the call rejects with `Timeout`, or with what the promise rejects with.
   */
  readonly timeout?: TimeoutSource;
  /** Name of the execution. Default: a random one. */
  readonly id?: string;
  /** What happens to the child when this execution ends by itself. Default: `"abandon"`, it goes on. */
  readonly onParentClose?: OnParentClose;
}

export interface StartOptions<Input> {
  readonly input?: Input;
  /** Name of the execution: the same name and input is the same execution. Default: a random one. */
  readonly executionName?: string;
  /** In place of the definition's. */
  readonly timeout?: Schedule;
}

/** A child execution: await it for its result. */
export interface ChildExecution
  extends Pick<
    ExecutionHandle,
    "sendSignal" | "cancel" | "terminate" | "suspend" | "resume" | "getStatus" | "request" | "query"
  > {
  readonly execution: { readonly id: string };
}

/** Another execution, by its id. */
export interface ExecutionHandle<Output = unknown> {
  readonly executionId: string;
  sendSignal<Payload = unknown>(signal: SignalName<Payload>, ...payload: SignalArguments<Payload>): Promise<void>;
  /** Tells the execution to clean up and end. */
  cancel(reason?: string): Promise<void>;
  /** Ends the execution where it is, without running any of its code. */
  terminate(reason?: string): Promise<void>;
  /** Nothing is delivered to the execution until it is resumed. */
  suspend(reason?: string): Promise<void>;
  resume(): Promise<void>;
  /** Waits for the end: gives the result, or rejects with the error. */
  result(): Promise<Output>;
  /** Where it stands at this moment. */
  getStatus(): Promise<Execution<Output>>;
  /**
   * Sends a signal and gives what its first handler gives, or rejects with what that throws. Rejects with `EventualError`
   * "Refused" when the execution ends without an answer.
   */
  request<Reply = unknown, Payload = unknown>(signal: SignalName<Payload>, payload?: Payload): Promise<Reply>;
  /** Reads the execution's state, as it was committed last. */
  query<Answer = unknown>(query: string | { readonly name: string }, input?: unknown): Promise<Answer>;
}

/** A signal's definition or its name. */
export type SignalName<Payload> = Signal<Payload> | string;

/** The arguments of a workflow's call as a child. */
export type ChildArguments<Input> = undefined extends Input
  ? [input?: Input, options?: ChildOptions]
  : [input: Input, options?: ChildOptions];

/** A schema of any library that follows Standard Schema: zod, valibot, arktype and others. */
export interface EventSchema<Payload = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
    readonly types?: { readonly input: unknown; readonly output: Payload } | undefined;
  };
}

export type SchemaResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** An event's definition, made by `event()`. */
export interface Event<Payload = unknown> {
  readonly kind: "Event";
  readonly name: string;
  /**
   * Puts each payload into the queue of every subscription to the event, once. Resolves when that is durable; rejects
   * with `EventualError` "InvalidEvent" for a payload that does not fit the schema: then none is emitted.
   */
  emit(...payloads: readonly Payload[]): Promise<void>;
  /** A subscription to this event alone. See `subscription`. */
  onEvent(name: string, handler: SubscriptionHandler<Payload>): Subscription<Payload>;
  onEvent(name: string, options: SubscriptionOptions, handler: SubscriptionHandler<Payload>): Subscription<Payload>;
}

/** What an event is emitted with: `EventPayload<typeof orderPlaced>` */
export type EventPayload<E> = E extends { emit(...payloads: readonly (infer Payload)[]): Promise<void> }
  ? Payload
  : never;

/**
 * What the original framework asks about the cloud function that runs a handler. Programs written for it compile; here
 * there are no such functions, so nothing comes of these options.
 */
export interface FunctionOptions {
  /** MB */
  readonly memorySize?: number;
  readonly handlerTimeout?: DurationSource;
  readonly externalModules?: readonly string[];
}

export interface SubscriptionOptions extends FunctionOptions {
  /** Default: 20 attempts, with pauses from one second to one hour. */
  readonly retry?: RetryOptions;
  /** Attempts after the first one: another way to say `retry: { maxAttempts }`. */
  readonly retryAttempts?: number;
}

/** An event with any payload. */
export interface AnyEvent {
  readonly kind: "Event";
  readonly name: string;
  emit(...payloads: readonly never[]): Promise<void>;
}

export interface SubscriptionSource<Events extends readonly AnyEvent[] = readonly AnyEvent[]>
  extends SubscriptionOptions {
  readonly events: Events;
}

export type SubscriptionHandler<Payload> = (event: Payload, context: SubscriptionContext) => unknown;

/** The second argument of a subscription's handler. */
export interface SubscriptionContext {
  readonly subscription: { readonly name: string };
  readonly event: {
    readonly name: string;
    /** When it was emitted: ISO 8601 */
    readonly time: string;
  };
  readonly invocation: {
    /** 0 for the first attempt. */
    readonly retry: number;
    /** Equal for every attempt to handle the same event, different for every other: for services that deduplicate. */
    readonly idempotencyKey: string;
  };
  /** Aborts when the runtime closes. */
  readonly signal: HostAbortSignal;
}

/** A subscription's definition. */
export interface Subscription<Payload = unknown> {
  readonly kind: "Subscription";
  readonly name: string;
  /** Names of the events that it wants. */
  readonly events: readonly string[];
  readonly retry: RetryPolicy;
  /** The function itself, for unit tests on plain Node. */
  readonly handler: SubscriptionHandler<Payload>;
}

/** When a schedule is due: a cron expression (minute, hour, day, month, weekday; seconds may come first), or every so often. */
export type Recurrence = string | { readonly every: DurationSource };

export interface ScheduleOptions {
  /** Of the cron expression. Default: UTC. */
  readonly timezone?: string;
  /**
   * What happens when it is due while the execution that it started last is still open: nothing (`"skip"`, the default),
   * another one starts when that one has ended (`"buffer"`), or at once (`"allow"`).
   */
  readonly overlap?: "skip" | "buffer" | "allow";
  /** How many of the moments that passed while no engine ran are made up for, the latest ones. Default: 1. */
  readonly catchUp?: number;
}

/** A schedule's definition, made by `schedule()`. */
export interface ScheduleDefinition {
  readonly kind: "Schedule";
  readonly name: string;
}

/** A query's definition, made by `query()`. */
export interface Query<Input, Answer> {
  readonly kind: "Query";
  readonly name: string;
  /** Only for its types. */
  readonly types?: { readonly input: Input; readonly answer: Answer };
}

/** What `cancelScope` gives its body. */
export interface CancelScope {
  /** Rejects what waits in the scope with `CancelledError`. */
  cancel(reason?: string): void;
}

/** What `saga` gives its body. */
export interface Saga {
  /** Does one step; `undo` is what undoes it if the saga fails later. */
  step<Result>(action: () => Result | PromiseLike<Result>, undo?: () => unknown): Promise<Result>;
}

/** A workflow's definition, made by `workflow()`: call it in another workflow for a child execution. */
export interface Workflow<Name extends string, Input, Output> {
  (...input: ChildArguments<Input>): Promise<Output> & ChildExecution;
  /** Starts an execution on its own; from a workflow or a task. */
  startExecution(
    ...options: undefined extends Input
      ? [options?: StartOptions<Input>]
      : [options: StartOptions<Input> & { readonly input: Input }]
  ): Promise<ExecutionHandle<Output>>;
  readonly kind: "Workflow";
  readonly workflowName: Name;
  /** The function itself, for unit tests of code that does nothing durable. */
  readonly handler: WorkflowHandler<Input, Output>;
}

/** The input type of a workflow: `WorkflowInput<typeof reminder>` */
export type WorkflowInput<W> = W extends Workflow<string, infer Input, unknown> ? Input : never;
/** What a workflow's promise resolves to: `WorkflowOutput<typeof reminder>` */
export type WorkflowOutput<W> = W extends Workflow<string, never, infer Output> ? Output : never;

/** The platform's AbortSignal where the project's types have one (DOM or Node), else the part that handlers need. */
export type HostAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : {
      readonly aborted: boolean;
      readonly reason: unknown;
      throwIfAborted(): void;
      addEventListener(type: "abort", listener: () => void): void;
      removeEventListener(type: "abort", listener: () => void): void;
    };

/** The second argument of a task handler. */
export interface TaskContext {
  readonly execution: {
    /** `workflow/name` */
    readonly id: string;
    readonly workflowName: string;
  };
  readonly task: { readonly name: string };
  readonly invocation: {
    /** When the workflow made the call: ISO 8601 */
    readonly scheduledTime: string;
    /** 0 for the first attempt. */
    readonly retry: number;
    /** Equal for every attempt of the same call, different for every call: hand it to services that deduplicate. */
    readonly idempotencyKey: string;
    /** Completes this attempt from outside: see `asyncResult`. */
    readonly token: string;
  };
  /**
   * Aborts when the handler should stop, because nobody waits for its result any more (the call was cancelled, or its
   * time is over) or because the runtime closes.
   */
  readonly signal: HostAbortSignal;
  /** A sign of life; `details` are handed to the next attempt. Tells whether the handler should stop. */
  heartbeat(details?: unknown): Promise<HeartbeatReply>;
  /** Details of the last heartbeat of an earlier attempt. */
  readonly lastHeartbeat?: unknown;
  /** Only in tasks with `transaction: true`. */
  readonly db?: TaskDatabase;
}

/** What a statement can be given: in the order of its `?`. */
export type SqlParameter = string | number | boolean | null | Uint8Array;

/**
 * The database that Eventual itself uses, for tables of your own. All statements of an attempt are one transaction,
 * which begins with the first one and is committed with the task's result; a handler that throws undoes it.
 */
export interface TaskDatabase {
  /** Runs a statement; says how many rows it changed, and the key of the row that was inserted last. */
  run(
    sql: string,
    ...parameters: readonly SqlParameter[]
  ): Promise<{ readonly changes: number; readonly lastId: number }>;
  /** The first row; undefined if there is none. */
  get<Row = Record<string, unknown>>(sql: string, ...parameters: readonly SqlParameter[]): Promise<Row | undefined>;
  all<Row = Record<string, unknown>>(sql: string, ...parameters: readonly SqlParameter[]): Promise<readonly Row[]>;
}

/** The second argument of the handler of a task with `transaction: true`. */
export interface TransactionContext extends TaskContext {
  readonly db: TaskDatabase;
}

export type TransactionHandler<Input, Output> = (
  input: Input,
  context: TransactionContext,
) => Output | PromiseLike<Output>;

export interface HeartbeatReply {
  /** Nobody waits for the result any more. */
  readonly cancelled: boolean;
}

export type TaskHandler<Input, Output> = (
  input: Input,
  context: TaskContext,
) => Output | AsyncResult<Output> | PromiseLike<Output | AsyncResult<Output>>;

/** A length of time in an option: `duration(5, "seconds")`. */
export type DurationSource = DurationSchedule;

/** What happens after an attempt has failed. */
export interface RetryOptions {
  /** Attempts in all, the first one included. Default: no limit. */
  readonly maxAttempts?: number;
  /** Pause before the second attempt. Default: one second. */
  readonly initialInterval?: DurationSource;
  /** By how much each pause is longer than the one before. Default: 2. */
  readonly backoffCoefficient?: number;
  /** The longest pause. Default: no limit. */
  readonly maximumInterval?: DurationSource;
  /** Makes each pause between half and all of its length, so that many calls do not come together. Default: true. */
  readonly jitter?: boolean;
  /** Names of errors that no further attempt can mend. */
  readonly nonRetryable?: readonly string[];
}

/** Options of a call of a task, in place of those of its definition. */
export interface TaskCallOptions {
  /** Bounds the whole call, all attempts included: when it passes, the call rejects with `Timeout`. */
  readonly timeout?: TimeoutSource;
  /** An attempt that gives no sign of life for this long fails with `HeartbeatTimeout`. */
  readonly heartbeatTimeout?: DurationSource;
  /** Default: none, the first error reaches the workflow. */
  readonly retry?: RetryOptions;
}

export interface TaskOptions<Input = never> extends FunctionOptions {
  /**
   * What happens to an attempt that the death of its process or thread interrupted, when nobody knows how far it came:
   * `"retry"` (default) runs the handler again with the same `idempotencyKey`; `"fail"` never starts it a second time
   * and rejects the call with `TaskInterrupted`.
   */
  readonly onCrash?: OnCrash;
  /**
   * Gives the handler `ctx.db`, a transaction that is committed together with the task's result: what it writes there
   * happens exactly once, whatever crashes. Nothing else is stored while it is open, so it may last five seconds.
   */
  readonly transaction?: true;
  /** Bounds each call, all attempts included: when it passes, the call rejects with `Timeout`. */
  readonly timeout?: Schedule;
  /** An attempt that gives no sign of life for this long fails with `HeartbeatTimeout`. */
  readonly heartbeatTimeout?: DurationSource;
  /** Default: none, the first error reaches the workflow. */
  readonly retry?: RetryOptions;
  /** Higher goes first among tasks that wait for room. Default: 0. */
  readonly priority?: number;
  /** At most so many attempts at once: of all calls of the task, or of those for which `key` gives the same text. */
  readonly concurrency?: number | { readonly limit: number; readonly key?: (input: Input) => string };
  /** At most `limit` attempts begin in any stretch of `per`, of all calls or of those with the same `key`. */
  readonly rateLimit?: {
    readonly limit: number;
    readonly per: DurationSource;
    readonly key?: (input: Input) => string;
  };
}

/** The options of a task whose handler writes into the database of Eventual itself. */
export interface TransactionOptions<Input = never> extends TaskOptions<Input> {
  readonly transaction: true;
}

/** A task's definition, made by `task()`: call it inside a workflow. */
export interface Task<Name extends string, Input, Output> {
  /** Runs the handler on the host, durably. Rejects with the handler's error, or `TaskInterrupted`. */
  (...input: TaskCallArguments<Input>): Promise<Output>;
  readonly kind: "Task";
  readonly taskName: Name;
  /** The function itself, for unit tests on plain Node. */
  readonly handler: TaskHandler<Input, Output>;
  readonly options: TaskOptions<Input>;
  /** Completes an attempt from outside. See `sendTaskSuccess`. */
  sendTaskSuccess(completion: { readonly taskToken: string; readonly result?: Output }): Promise<void>;
  /** Fails an attempt from outside; `error` is an error, or the name of one. See `sendTaskFailure`. */
  sendTaskFailure(failure: {
    readonly taskToken: string;
    readonly error: unknown;
    readonly message?: string;
  }): Promise<void>;
  /** A sign of life of an attempt. See `sendTaskHeartbeat`. */
  sendTaskHeartbeat(beat?: { readonly taskToken?: string; readonly details?: unknown }): Promise<HeartbeatReply>;
}

export interface ConditionOptions {
  /** When this passes first, the condition resolves to false. */
  readonly timeout?: TimeoutSource;
}

export interface ExpectSignalOptions {
  /** When this passes first, the promise rejects with `Timeout`. */
  readonly timeout?: TimeoutSource;
}

export type SignalHandler<Payload> = (payload: Payload) => unknown;

/** A registered signal handler. */
export interface SignalsHandler {
  /** Takes no more signals. */
  dispose(): void;
}

/** A signal's definition, made by `signal()`. */
export interface Signal<Payload = void> {
  readonly kind: "Signal";
  readonly id: string;
  /** Waits for one signal. See `expectSignal`. */
  expectSignal(options?: ExpectSignalOptions): Promise<Payload>;
  /** Calls `handler` with every signal. See `onSignal`. */
  onSignal(handler: SignalHandler<Payload>): SignalsHandler;
  /** Sends the signal to an execution. See `sendSignal`. */
  sendSignal(executionId: string, ...payload: SignalArguments<Payload>): Promise<void>;
}
