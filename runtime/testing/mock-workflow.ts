/**
 * Mocks of workflows: an execution of a mocked workflow is a real one, with an id, a parent and a status, whose code is
 * replaced by what the test says. It takes the place of the sandbox for these executions.
 */
import { durationMilliseconds } from "../api/schedule.js";
import type { Command } from "../protocol/command.js";
import { CancelledError } from "../protocol/errors.js";
import type { Event, EventOf } from "../protocol/event.js";
import { decode, encode, encodeError, type Outcome } from "../protocol/value.js";
import type { ActivationReply, ActivationRequest } from "../sandbox/sandbox.js";
import type { MockOptions } from "./mock-task.js";

/** One execution of a mocked workflow. */
export interface MockedExecution<Input = unknown> {
  readonly executionId: string;
  readonly input: Input;
  readonly parentId?: string;
}

/** What a mock does with an execution. */
export interface MockWorkflowActions<Input, Output> {
  /** Returns `result`. */
  succeed(result: Output, options?: MockOptions): void;
  /** Throws `error`. */
  fail(error: unknown, options?: MockOptions): void;
  /** Returns what `handler` gives, or throws what it throws; it runs in the test's own thread and must not wait. */
  call(handler: (input: Input) => Output, options?: MockOptions): void;
  /** Its time is over, as if its `timeout` had passed: it is closed as `TIMED_OUT`, a parent gets `WorkflowTimeout`. */
  timeOut(options?: MockOptions): void;
  /** Never ends by itself: it can be cancelled, terminated and timed out. */
  hang(): void;
  /** Runs the real workflow. */
  real(): void;
}

/** A workflow's mock. What is said last holds for all executions; what is said with `once`, for one each, in order. */
export interface MockWorkflow<Input = unknown, Output = unknown> extends MockWorkflowActions<Input, Output> {
  readonly once: MockWorkflowActions<Input, Output>;
  /** All executions begun so far, also those that ran the real workflow. */
  readonly executions: readonly MockedExecution<Input>[];
  /** From now on the real workflow runs, and `executions` is empty. */
  reset(): void;
}

/** How an execution ends: undefined for never. Without an outcome its time is over. */
type Ending = { readonly afterMs: number; readonly outcome?: () => Outcome } | undefined;
type Plan = "real" | ((start: EventOf<"start">) => Ending);

/** The operation of a mocked execution that waits for its end. */
const END_SEQ = 1;

export class WorkflowMock implements MockWorkflow<never, unknown> {
  readonly #executions: MockedExecution<never>[] = [];
  #standing: Plan = "real";
  #queue: Plan[] = [];
  readonly once: MockWorkflowActions<never, unknown> = actions((plan) => this.#queue.push(plan));
  readonly #always: MockWorkflowActions<never, unknown> = actions((plan) => {
    this.#standing = plan;
  });

  get executions(): readonly MockedExecution<never>[] {
    return this.#executions;
  }

  reset(): void {
    this.#standing = "real";
    this.#queue = [];
    this.#executions.length = 0;
  }

  /** Decides what becomes of a new execution. */
  begin({ input, execution: { id, parentId } }: EventOf<"start">): Plan {
    this.#executions.push({
      executionId: id,
      input: decode(input) as never,
      ...(parentId === undefined ? {} : { parentId }),
    });
    return this.#queue.shift() ?? this.#standing;
  }

  readonly succeed: MockWorkflow["succeed"] = (result, options) => this.#always.succeed(result, options);
  readonly fail: MockWorkflow["fail"] = (error, options) => this.#always.fail(error, options);
  readonly call: MockWorkflow<never>["call"] = (handler, options) => this.#always.call(handler, options);
  readonly timeOut: MockWorkflow["timeOut"] = (options) => this.#always.timeOut(options);
  readonly hang = (): void => this.#always.hang();
  readonly real = (): void => this.#always.real();
}

function actions(use: (plan: Plan) => void): MockWorkflowActions<never, unknown> {
  const msOf = ({ after }: MockOptions = {}): number => (after === undefined ? 0 : durationMilliseconds(after));
  const end = (outcome: (input: never) => Outcome, options?: MockOptions): void => {
    const afterMs = msOf(options);
    use(({ input }) => ({ afterMs, outcome: () => outcome(decode(input) as never) }));
  };
  const succeeded = (result: unknown): Outcome => ({ ok: true, value: encode(result, "result") });
  const failed = (error: unknown): Outcome => ({ ok: false, error: encodeError(error) });
  return {
    succeed: (result, options) => end(() => succeeded(result), options),
    fail: (error, options) => end(() => failed(error), options),
    call(handler, options) {
      end((input) => {
        try {
          return succeeded(handler(input));
        } catch (error) {
          return failed(error);
        }
      }, options);
    },
    timeOut: (options) => use(() => ({ afterMs: msOf(options) })),
    hang: () => use(() => undefined),
    real: () => use("real"),
  };
}

/** All mocks of workflows, and the executions that they have taken over. */
export class WorkflowMocks {
  readonly #mocks = new Map<string, WorkflowMock>();
  /** By execution id; decided at an execution's first event and kept, whatever crashes later. */
  readonly #plans = new Map<string, { readonly plan: Plan; readonly start: EventOf<"start"> }>();

  of(workflow: string): WorkflowMock {
    const known = this.#mocks.get(workflow) ?? new WorkflowMock();
    this.#mocks.set(workflow, known);
    return known;
  }

  resetAll(): void {
    for (const mock of this.#mocks.values()) mock.reset();
  }

  /** The reply of a mocked execution; undefined for one that the sandbox has to run. */
  reply(request: ActivationRequest): ActivationReply | undefined {
    const [first] = request.events;
    if (first?.kind === "start" && !this.#plans.has(request.execution)) {
      const mock = this.#mocks.get(first.workflow);
      if (mock !== undefined) this.#plans.set(request.execution, { plan: mock.begin(first), start: first });
    }
    const taken = this.#plans.get(request.execution);
    if (taken === undefined || taken.plan === "real") return undefined;
    const ending = taken.plan(taken.start);
    const commands = request.events.flatMap((event) => commandsOf(event, ending, request.now));
    return {
      kind: "done",
      commands,
      commandsHash: "mock",
      logs: [],
      closed: commands.some(({ kind }) => kind === "close"),
      cost: 0,
      ...(request.write ? { checkpoint: { text: "mock", cost: 0 } } : {}),
    };
  }
}

function commandsOf(event: Event, ending: Ending, now: number): Command[] {
  const close = (outcome: Outcome): Command[] => [{ kind: "close", outcome }];
  switch (event.kind) {
    case "start": {
      const limit: Command[] = event.timeoutAt === undefined ? [] : [{ kind: "deadline", at: event.timeoutAt }];
      if (ending === undefined) return limit;
      if (ending.outcome === undefined) return [{ kind: "deadline", at: now + ending.afterMs }];
      if (ending.afterMs === 0) return close(ending.outcome());
      return [...limit, { kind: "timer", seq: END_SEQ, at: now + ending.afterMs }];
    }
    case "timer":
      return ending?.outcome === undefined ? [] : close(ending.outcome());
    case "cancel": {
      const error = new CancelledError(event.reason ?? "the execution was cancelled");
      return [{ kind: "close", outcome: { ok: false, error: encodeError(error) }, cancelled: true }];
    }
    default:
      return [];
  }
}
