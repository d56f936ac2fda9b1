/**
 * `setTimeout`, `setInterval` and their clear functions: timers of the host whose callbacks are part of the state, so
 * that they are called after a restart as well.
 *
 * C1  Cancelling the execution does not take them back: no error could reach who waits for a callback, so it comes.
 * C2  An interval keeps its rhythm; of the calls that were due while the runtime was down one is made up for.
 * C3  Like code of the execution itself, a callback runs in the scope that set it; what it throws fails the execution.
 */
import { caught, currentTurn } from "../current.js";
import { invalidArgument } from "../errors.js";
import { defineGlobal, defineHidden } from "../globals/define.js";
import { disposeSymbols } from "../globals/dispose.js";
import { NO_OPERATION } from "../numbers.js";
import { GPromise, whenSpent } from "../promise.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { isObject, releaseTimer } from "../resolve.js";
import { shield, within } from "../scope.js";
import { requireExecution } from "./durable.js";
import { failExecution } from "./execution.js";
import { timerAt } from "./time.js";

/** As on Node: no timer is due at once. */
const SHORTEST_MS = 1;

/** One entry of `state.callbacks`. */
interface CallbackTimer {
  readonly callback: (...args: unknown[]) => unknown;
  readonly args: readonly unknown[];
  /** ms */
  readonly delay: number;
  readonly repeats: boolean;
  /** Due, ms since the epoch. */
  at: number;
  /** What is armed; undefined once it is cleared. */
  timer: GPromise | undefined;
}

const firedCode = runtimeCode(
  "rt:callbackTimer",
  ([id, timer]) =>
    () =>
      fire(id as number, timer as GPromise),
);
whenSpent(firedCode, ([id, timer]) => entryOf(id as number)?.timer !== timer);

function entryOf(id: number): CallbackTimer | undefined {
  return currentTurn().instance.state.callbacks?.get(id) as CallbackTimer | undefined;
}

function arm(id: number, entry: CallbackTimer, at: number): void {
  const timer = within(shield(), () => timerAt(at));
  entry.at = at;
  entry.timer = timer;
  GPromise.handle(timer, makeClosure(firedCode, [id, timer]), undefined);
}

function fire(id: number, timer: GPromise): void {
  const entry = entryOf(id);
  if (entry?.timer !== timer) return;
  const { instance } = currentTurn();
  if (!entry.repeats) instance.state.callbacks?.delete(id);
  try {
    Reflect.apply(entry.callback, undefined, entry.args as unknown[]);
  } catch (error) {
    failExecution(caught(error));
    return;
  }
  if (!entry.repeats || entry.timer !== timer) return;
  const { now } = instance.state;
  const next = entry.at + entry.delay;
  arm(id, entry, next > now ? next : now + entry.delay);
}

function clear(id: number): void {
  const entry = entryOf(id);
  if (entry === undefined) return;
  currentTurn().instance.state.callbacks?.delete(id);
  const { timer } = entry;
  entry.timer = undefined;
  if (timer !== undefined) releaseTimer(timer);
}

/** What stands for a timer, with the methods that Node's has. As a number or text it is the timer's id. */
export class CallbackTimerHandle {
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }

  /** Starts the delay anew, while it runs. */
  refresh(): this {
    const entry = entryOf(this.id);
    if (entry?.timer === undefined) return this;
    const { timer } = entry;
    arm(this.id, entry, currentTurn().instance.state.now + entry.delay);
    releaseTimer(timer);
    return this;
  }

  close(): this {
    clear(this.id);
    return this;
  }

  /** A timer of an execution keeps no process alive: these change nothing. */
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }
}

function set(name: string, repeats: boolean, callback: unknown, delay: unknown, args: readonly unknown[]): object {
  requireExecution(`${name}()`);
  if (typeof callback !== "function") {
    throw invalidArgument(`the callback of ${name}() is not a function`, `Pass one: ${name}(() => { … }, 1000).`);
  }
  const { instance } = currentTurn();
  const ms = Number(delay);
  const entry: CallbackTimer = {
    callback: callback as CallbackTimer["callback"],
    args,
    delay: ms >= SHORTEST_MS ? ms : SHORTEST_MS,
    repeats,
    at: 0,
    timer: undefined,
  };
  const { state } = instance;
  // The number of the operation that is armed next: no other timer ever has it.
  const id = state.seq + 1;
  state.callbacks ??= new Map();
  state.callbacks.set(id, entry);
  arm(id, entry, state.now + entry.delay);
  return new CallbackTimerHandle(id);
}

/** Takes a handle, or its id as a number or text; anything else is ignored, as everywhere. */
function clearGiven(given: unknown): void {
  if (isObject(given) && !(given instanceof CallbackTimerHandle)) return;
  const id = given instanceof CallbackTimerHandle ? given.id : Number(given);
  if (id > NO_OPERATION) clear(id);
}

const functions = {
  setTimeout: (callback: unknown, delay?: unknown, ...args: readonly unknown[]): object =>
    set("setTimeout", false, callback, delay, args),
  setInterval: (callback: unknown, delay?: unknown, ...args: readonly unknown[]): object =>
    set("setInterval", true, callback, delay, args),
  clearTimeout: (timer?: unknown): void => clearGiven(timer),
  clearInterval: (timer?: unknown): void => clearGiven(timer),
};

/** Puts the timer functions into the realm. */
export function installCallbackTimers(): void {
  const { prototype } = CallbackTimerHandle;
  defineHidden(prototype, disposeSymbols.dispose, prototype.close);
  for (const [name, value] of Object.entries(functions)) defineGlobal(name, value);
}
