/**
 * Mocks of tasks: what a test says of a task's calls instead of running its handler.
 *
 * What takes time is done as an asynchronous task would do it: the attempt waits for its token, and the mock completes it
 * by that token when virtual time has come. So time passes while mocked tasks "run", as it does between the steps of a
 * workflow, and never while real handlers do. Until then it keeps its place among those that may run at once.
 */
import { durationMilliseconds } from "../api/schedule.js";
import type { DurationSchedule } from "../api/types.js";
import { HeartbeatTimeout, Timeout } from "../protocol/errors.js";
import { decode, type Encoded, encode, encodeError, type Outcome } from "../protocol/value.js";
import type { SettledTask, TaskCall } from "../tasks/tasks.js";

/** One call of a mocked task. */
export interface MockedTaskCall<Input = unknown> {
  readonly input: Input;
  readonly executionId: string;
  /** 0 for the first attempt. */
  readonly retry: number;
  readonly idempotencyKey: string;
  /** Completes the attempt: `env.completeTask(token, result)`. */
  readonly token: string;
  /** Details of the last heartbeat of an earlier attempt. */
  readonly lastHeartbeat?: unknown;
  /** Virtual time at which it began. */
  readonly time: Date;
}

export interface MockOptions {
  /** Virtual time until the outcome. Default: none. */
  readonly after?: DurationSchedule;
}

export interface MockedHeartbeats {
  /** Virtual time between two beats. */
  readonly every: DurationSchedule;
  readonly times: number;
  readonly details?: unknown;
}

/** What a mock does with a call. */
export interface MockActions<Input, Output> {
  /** Gives `result`. */
  succeed(result: Output, options?: MockOptions): void;
  /** Throws `error` (an error, or any value) as a handler would: the task's retry policy applies. */
  fail(error: unknown, options?: MockOptions): void;
  /** Runs `handler` in the test's own thread. */
  call(handler: (input: Input, call: MockedTaskCall<Input>) => Output | Promise<Output>, options?: MockOptions): void;
  /** Throws `Timeout` at once, as if the attempt's time were over. */
  timeOut(): void;
  /** Throws `HeartbeatTimeout` at once. */
  heartbeatTimeOut(): void;
  /** Waits to be completed by its token, or for ever: time limits pass in virtual time. */
  hang(): void;
  /** Beats some times, then falls silent: `heartbeatTimeout` passes in virtual time. */
  heartbeat(beats: MockedHeartbeats): void;
  /** Runs the real handler. */
  real(): void;
}

/** A task's mock. What is said last holds for all calls; what is said with `once`, for one call each, in order. */
export interface MockTask<Input = unknown, Output = unknown> extends MockActions<Input, Output> {
  readonly once: MockActions<Input, Output>;
  /** All calls so far, also those that ran the real handler. */
  readonly calls: readonly MockedTaskCall<Input>[];
  /** From now on the real handler runs, and `calls` is empty. */
  reset(): void;
}

/** What mocks need of the environment. */
export interface MockWorld {
  /** ms since the epoch */
  now(): number;
  /** Does something after so many ms of virtual time. */
  later(ms: number, action: () => Promise<void>): void;
  complete(token: string, outcome: Outcome): Promise<void>;
  beat(token: string, details: Encoded): Promise<void>;
}

type Action = (call: TaskCall, view: MockedTaskCall) => Promise<Omit<SettledTask, "ref">> | undefined;

const WAITS: Omit<SettledTask, "ref"> = {
  outcome: { ok: true, value: encode(undefined) },
  waits: true,
  keepsPlace: true,
};

export class TaskMock implements MockTask<never, unknown> {
  readonly #world: MockWorld;
  readonly #calls: MockedTaskCall<never>[] = [];
  #standing: Action = real;
  #queue: Action[] = [];
  /** What was chosen for calls whose outcome is not recorded: a crash has them run again, with the same outcome. */
  readonly #chosen = new Map<string, Action>();
  readonly once: MockActions<never, unknown>;
  readonly #always: MockActions<never, unknown>;

  constructor(world: MockWorld) {
    this.#world = world;
    this.#always = actions(world, (action) => {
      this.#standing = action;
    });
    this.once = actions(world, (action) => this.#queue.push(action));
  }

  get calls(): readonly MockedTaskCall<never>[] {
    return this.#calls;
  }

  reset(): void {
    this.#standing = real;
    this.#queue = [];
    this.#chosen.clear();
    this.#calls.length = 0;
  }

  /** Runs a call; undefined when its real handler is to run. `key` is the same for its next attempt after a crash. */
  run(call: TaskCall, key: string): Promise<Omit<SettledTask, "ref">> | undefined {
    const { executionId, retry, idempotencyKey, token, lastHeartbeat } = call.context;
    const view: MockedTaskCall<never> = {
      ...{ input: decode(call.input) as never, executionId, retry, idempotencyKey, token },
      time: new Date(this.#world.now()),
      ...(lastHeartbeat === undefined ? {} : { lastHeartbeat: decode(lastHeartbeat) }),
    };
    this.#calls.push(view);
    const action = this.#chosen.get(key) ?? this.#queue.shift() ?? this.#standing;
    this.#chosen.set(key, action);
    return action(call, view);
  }

  /** The outcome of an attempt is durable: the next attempt of that call, if there is one, is another matter. */
  recorded(key: string): void {
    this.#chosen.delete(key);
  }

  readonly succeed: MockTask["succeed"] = (result, options) => this.#always.succeed(result, options);
  readonly fail: MockTask["fail"] = (error, options) => this.#always.fail(error, options);
  readonly call: MockTask<never>["call"] = (handler, options) => this.#always.call(handler, options);
  readonly timeOut = (): void => this.#always.timeOut();
  readonly heartbeatTimeOut = (): void => this.#always.heartbeatTimeOut();
  readonly hang = (): void => this.#always.hang();
  readonly heartbeat = (beats: MockedHeartbeats): void => this.#always.heartbeat(beats);
  readonly real = (): void => this.#always.real();
}

function real(): undefined {
  return undefined;
}

function actions(world: MockWorld, use: (action: Action) => void): MockActions<never, unknown> {
  const give = (outcome: () => Outcome | Promise<Outcome>, { after }: MockOptions = {}): void => {
    use(async (call) => {
      if (after === undefined) return { outcome: await outcome() };
      const { token } = call.context;
      world.later(durationMilliseconds(after), async () => await world.complete(token, await outcome()));
      return WAITS;
    });
  };
  return {
    succeed: (result, options) => give(() => ({ ok: true, value: encode(result, "result") }), options),
    fail: (error, options) => give(() => failed(error), options),
    call(handler, { after } = {}) {
      use(async (call, view) => {
        const run = (): Promise<Outcome> =>
          outcomeOf(() => handler(view.input as never, view as MockedTaskCall<never>));
        if (after === undefined) return { outcome: await run() };
        world.later(durationMilliseconds(after), async () => await world.complete(call.context.token, await run()));
        return WAITS;
      });
    },
    timeOut: () => give(() => failed(new Timeout("the mock says that the attempt's time is over"))),
    heartbeatTimeOut: () => give(() => failed(new HeartbeatTimeout("the mock says that the attempt fell silent"))),
    hang: () => use(async () => WAITS),
    heartbeat({ every, times, details }) {
      use(async ({ context: { token } }) => {
        const beat = (left: number): void => {
          if (left === 0) return;
          world.later(durationMilliseconds(every), async () => {
            beat(left - 1);
            await world.beat(token, encode(details, "details"));
          });
        };
        beat(times);
        return WAITS;
      });
    },
    real: () => use(real),
  };
}

function failed(error: unknown): Outcome {
  return { ok: false, error: encodeError(error) };
}

async function outcomeOf(run: () => unknown): Promise<Outcome> {
  try {
    return { ok: true, value: encode(await run(), "result") };
  } catch (error) {
    return failed(error);
  }
}
