/**
 * The module `eventual` of a native run: the authoring API on plain promises and a `NativeLoop`. It stands in for the
 * real one when a program is bundled for plain Node, and shares no code with guest and engine but the error classes and
 * the arithmetic of schedules.
 *
 * One thing it cannot do: see whether a promise is observed. A signal that finds a waiter is always consumed.
 */
import { dueMilliseconds, durationSchedule, isSchedule, timeSchedule } from "#runtime/api/schedule.js";
import type { DurationUnit, Schedule as ScheduleType, TaskContext } from "#runtime/api/types.js";
import { ERROR_CLASSES, Timeout } from "#runtime/protocol/errors.js";
import { NativeLoop, type ScriptedSignal, virtualDate } from "./native-loop.js";

export const {
  CancelledError,
  DeterminismError,
  EventualError,
  HeartbeatTimeout,
  TaskInterrupted,
  UnserializableError,
  WorkflowTimeout,
} = ERROR_CLASSES;
export { Timeout };

type Handler = (input: unknown, context: unknown) => unknown;
interface Waiter {
  readonly settle: (payload: unknown) => void;
}

const START = Number(process.env.PROGRAM_START);
const loop = new NativeLoop(START);
globalThis.Date = virtualDate(loop);

const workflows = new Map<string, Handler>();
const waiting = new Map<string, Waiter[]>();
const shared = new Map<string, Promise<unknown>>();
const handlers = new Map<string, ((payload: unknown) => unknown)[]>();
const buffered = new Map<string, unknown[]>();
let fail: (error: unknown) => void = () => {};

const copy = <T>(value: T): T => structuredClone(value);

export function workflow(name: string, handler: Handler): unknown {
  workflows.set(name, handler);
  return { kind: "Workflow", workflowName: name, handler };
}

export function task(name: string, ...definition: unknown[]): unknown {
  const handler = definition.at(-1) as Handler;
  const call = (given: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const input = copy(given);
      const context = { execution: { id: "main/run", workflowName: "main" }, task: { name } } as TaskContext;
      loop.call(async () => {
        try {
          const result = copy(await handler(input, context));
          return () => resolve(result);
        } catch (error) {
          return () => reject(error instanceof Error ? error : copy(error));
        }
      });
    });
  return Object.assign(call, { kind: "Task", taskName: name, handler });
}

function timer(schedule: ScheduleType): Promise<void> & ScheduleType {
  const passed = new Promise<void>((resolve) => loop.timer(dueMilliseconds(schedule, loop.now), resolve));
  return Object.assign(passed, schedule);
}

// ---- timers with callbacks

const callbacks = new Map<number, number>();
let timerIds = 0;

function callbackTimer(repeats: boolean, callback: (...args: unknown[]) => void, delay: unknown, args: unknown[]) {
  const id = ++timerIds;
  const ms = Math.max(1, Number(delay) || 0);
  const arm = (at: number): void => {
    const due = Math.ceil(at);
    const generation = (callbacks.get(id) ?? 0) + 1;
    callbacks.set(id, generation);
    loop.timer(due, () => {
      if (callbacks.get(id) !== generation) return;
      if (!repeats) callbacks.delete(id);
      callback(...args);
      if (repeats && callbacks.get(id) === generation) arm(at + ms > loop.now ? at + ms : loop.now + ms);
    });
  };
  arm(loop.now + ms);
  const handle = {
    refresh() {
      if (callbacks.has(id)) arm(loop.now + ms);
      return handle;
    },
    close() {
      callbacks.delete(id);
      return handle;
    },
    ref: () => handle,
    unref: () => handle,
    hasRef: () => true,
    [Symbol.toPrimitive]: () => id,
  };
  return handle;
}

const clear = (timer: unknown): void => {
  callbacks.delete(Number(timer));
};
Object.assign(globalThis, {
  setTimeout: (callback: () => void, delay?: unknown, ...args: unknown[]) =>
    callbackTimer(false, callback, delay, args),
  setInterval: (callback: () => void, delay?: unknown, ...args: unknown[]) =>
    callbackTimer(true, callback, delay, args),
  clearTimeout: clear,
  clearInterval: clear,
});

export const Schedule = { duration: durationSchedule, time: timeSchedule };
export const duration = (dur: number, unit: DurationUnit = "seconds"): unknown => timer(durationSchedule(dur, unit));
export const time = (moment: string | Date): unknown => timer(timeSchedule(moment));

function timeoutOf(options: unknown): PromiseLike<unknown> | undefined {
  const source = (options as { timeout?: unknown } | undefined)?.timeout;
  if (source === undefined || typeof (source as PromiseLike<unknown>).then === "function") {
    return source as PromiseLike<unknown> | undefined;
  }
  if (!isSchedule(source)) throw new TypeError("not a timeout");
  return timer(source);
}

export function condition(...definition: unknown[]): Promise<boolean> {
  const predicate = definition.at(-1) as () => boolean;
  const options = definition.length > 1 ? definition[0] : undefined;
  return new Promise((resolve, reject) => {
    let done = false;
    const ask = (): boolean => {
      if (done) return true;
      try {
        if (!predicate()) return false;
        resolve(true);
      } catch (error) {
        reject(error);
      }
      done = true;
      return true;
    };
    if (ask()) return;
    const end = (settle: () => void) => () => {
      done = true;
      settle();
    };
    timeoutOf(options)?.then(
      end(() => resolve(false)),
      (reason) => end(() => reject(reason))(),
    );
    loop.condition(ask);
  });
}

const nameOf = (given: unknown): string => (typeof given === "string" ? given : (given as { id: string }).id);

export function expectSignal(given: unknown, options?: unknown): Promise<unknown> {
  const name = nameOf(given);
  const early = buffered.get(name);
  if (early !== undefined && early.length > 0) return Promise.resolve(early.shift());
  const timeout = timeoutOf(options);
  const known = shared.get(name);
  if (timeout === undefined && known !== undefined) return known;
  const promise = new Promise<unknown>((resolve, reject) => {
    const waiter: Waiter = { settle: resolve };
    waiting.set(name, [...(waiting.get(name) ?? []), waiter]);
    const leave = (reason: unknown): void => {
      const waiters = waiting.get(name) ?? [];
      if (!waiters.includes(waiter)) return;
      waiting.set(
        name,
        waiters.filter((other) => other !== waiter),
      );
      reject(reason);
    };
    timeout?.then(() => leave(new Timeout(`the signal "${name}" did not arrive in time`)), leave);
  });
  if (timeout === undefined) shared.set(name, promise);
  return promise;
}

function handle(handler: (payload: unknown) => unknown, payload: unknown): void {
  try {
    Promise.resolve(handler(payload)).catch((error: unknown) => fail(error));
  } catch (error) {
    fail(error);
  }
}

export function onSignal(given: unknown, handler: (payload: unknown) => unknown): unknown {
  const name = nameOf(given);
  handlers.set(name, [...(handlers.get(name) ?? []), handler]);
  void Promise.resolve().then(() => {
    const early = buffered.get(name) ?? [];
    while (early.length > 0 && (handlers.get(name) ?? []).length > 0) {
      const payload = early.shift();
      for (const each of handlers.get(name) ?? []) handle(each, payload);
    }
  });
  const dispose = (): void => {
    handlers.set(
      name,
      (handlers.get(name) ?? []).filter((other) => other !== handler),
    );
  };
  return { dispose };
}

export function signal(name: string): unknown {
  return {
    kind: "Signal",
    id: name,
    expectSignal: (options?: unknown) => expectSignal(name, options),
    onSignal: (handler: (payload: unknown) => unknown) => onSignal(name, handler),
  };
}

function deliver({ signal: name, payload }: ScriptedSignal): void {
  const waiters = waiting.get(name) ?? [];
  const all = handlers.get(name) ?? [];
  waiting.delete(name);
  shared.delete(name);
  if (waiters.length === 0 && all.length === 0) {
    buffered.set(name, [...(buffered.get(name) ?? []), payload]);
    return;
  }
  for (const { settle } of waiters) settle(copy(payload));
  for (const handler of all) handle(handler, copy(payload));
}

/** Runs the workflow `main` with the signals of the script; gives what it returns. Rejects with what it throws. */
export async function runMain(script: readonly ScriptedSignal[]): Promise<unknown> {
  const main = workflows.get("main");
  if (main === undefined) throw new Error('the program has no workflow "main"');
  const execution = { id: "main/run", name: "run", startTime: new Date(START).toISOString(), attempt: 1 };
  for (const entry of script) loop.timer(START + entry.at, () => deliver(entry));
  let outcome: { value?: unknown; error?: unknown } | undefined;
  fail = (error) => {
    outcome ??= { error };
  };
  void Promise.resolve(main(undefined, { workflow: { name: "main" }, execution })).then((value) => {
    outcome ??= { value };
  }, fail);
  await loop.run(() => outcome !== undefined);
  if (outcome !== undefined && "error" in outcome) throw outcome.error;
  return outcome?.value;
}
