/**
 * Signals: `signal`, `expectSignal`, `onSignal`, `sendSignal`.
 *
 * G1  A signal goes to every `expectSignal` that waits at that moment and to every handler, in order.
 * G2  It is consumed when a handler took it or one of those promises is observed; else it stays in the buffer, first in,
 *     first out, until one is (also a promise that it has already fulfilled: see origin.ts).
 * G3  Waiting again does not add to the state: all `expectSignal` without timeout share one promise.
 */
import { Timeout, UnserializableError } from "../../protocol/errors.js";
import { caught, currentTurn } from "../current.js";
import { checkOptions, invalidArgument, withoutStack } from "../errors.js";
import type { BufferedSignal } from "../instance.js";
import { FULFILLED, GPromise, REJECTED, THEN, whenSpent } from "../promise.js";
import { rejectedPromise, toPromise } from "../promise-constructor.js";
import { enqueue } from "../queue.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { isObject, releaseTimer } from "../resolve.js";
import type { Scope } from "../scope.js";
import { decode, type Encoded, encode, encodeError, type Outcome } from "../values.js";
import { command, refusedByCancellation, requireExecution } from "./durable.js";
import { failExecution, isOver } from "./execution.js";
import { timeoutPromise } from "./time.js";

/** One entry of `state.signals.waiting`. */
interface Waiter {
  readonly signal: string;
  readonly promise: GPromise;
  readonly timeout: GPromise | undefined;
  done: boolean;
  /** Absent: none. */
  readonly scope?: Scope;
}

/** One entry of `state.signals.handlers`. */
interface Handler {
  readonly signal: string;
  readonly handler: (payload: unknown) => unknown;
  disposed: boolean;
}

/** The name of a signal given by its definition or name. Throws Fault EV5004. */
export function nameOfSignal(signal: unknown): string {
  const name = isObject(signal) ? Reflect.get(signal, "id") : signal;
  if (typeof name === "string" && name !== "") return name;
  throw invalidArgument("a signal has no name", "Pass what signal() gave, or the signal's name.");
}

// ---- waiting

const timedOutCode = runtimeCode("rt:signalTimeout", ([entry]) => () => {
  const waiter = entry as Waiter;
  abandon(waiter, withoutStack(new Timeout(`the signal "${waiter.signal}" did not arrive in time`)));
});
const timeoutFailedCode = runtimeCode("rt:signalTimeoutFailed", ([entry]) => (reason: unknown) => {
  abandon(entry as Waiter, reason);
});
whenSpent(timedOutCode, ([entry]) => (entry as Waiter).done);
whenSpent(timeoutFailedCode, ([entry]) => (entry as Waiter).done);

/** The waiter gets no signal any more: its promise rejects. */
function abandon(waiter: Waiter, reason: unknown): void {
  if (waiter.done) return;
  waiter.done = true;
  const { waiting } = currentTurn().instance.state.signals;
  const rest = (waiting.get(waiter.signal) ?? []).filter((other) => other !== waiter);
  if (rest.length === 0) waiting.delete(waiter.signal);
  else waiting.set(waiter.signal, rest);
  GPromise.settle(waiter.promise, REJECTED, reason);
}

/**
 * A promise for one signal: the oldest in the buffer, or the next to come. Rejects with `Timeout` when the timeout passes
 * first. Throws Fault EV5001 during initialisation, EV5003 and EV5004 for wrong arguments.
 */
export function expectSignal(signal: unknown, given?: unknown): GPromise {
  const name = nameOfSignal(signal);
  requireExecution(`expecting the signal "${name}"`);
  const { timeout } = checkOptions(`expectSignal("${name}")`, given, ["timeout"]);
  const { waiting, buffered } = currentTurn().instance.state.signals;
  const refused = refusedByCancellation();
  if (refused !== undefined) return refused;
  const oldest = shiftBuffered(buffered, name);
  if (oldest !== undefined) {
    const promise = new GPromise();
    GPromise.settle(promise, FULFILLED, decode(oldest.payload));
    if (GPromise.is(timeout)) releaseTimer(timeout);
    return promise;
  }
  const waiters = (waiting.get(name) ?? []) as Waiter[];
  const { scope } = currentTurn();
  const shared =
    timeout === undefined
      ? waiters.find((waiter) => waiter.timeout === undefined && waiter.scope === scope)
      : undefined;
  if (shared !== undefined) return shared.promise;
  const waiter = {
    signal: name,
    promise: new GPromise(),
    timeout: timeoutPromise(`expectSignal("${name}")`, timeout),
    done: false,
    ...(scope === undefined ? {} : { scope }),
  };
  if (waiter.timeout !== undefined) {
    GPromise.handle(waiter.timeout, makeClosure(timedOutCode, [waiter]), makeClosure(timeoutFailedCode, [waiter]));
  }
  waiting.set(name, [...waiters, waiter]);
  return waiter.promise;
}

/** Rejects the waiters that belong to what is cancelled. */
export function cancelWaiters(isCancelled: (scope: Scope | undefined) => boolean, error: () => Error): void {
  for (const waiters of [...currentTurn().instance.state.signals.waiting.values()]) {
    for (const waiter of waiters as readonly Waiter[]) {
      if (!isCancelled(waiter.scope)) continue;
      abandon(waiter, error());
      if (waiter.timeout !== undefined) releaseTimer(waiter.timeout);
    }
  }
}

/** Takes the oldest entry out: in a Set, so that a long buffer costs no more than a short one. */
function shiftBuffered(buffered: Map<string, Set<BufferedSignal>>, name: string): BufferedSignal | undefined {
  const entries = buffered.get(name);
  if (entries === undefined) return undefined;
  const oldest = entries.values().next().value;
  if (oldest !== undefined) entries.delete(oldest);
  if (entries.size === 0) buffered.delete(name);
  return oldest;
}

// ---- handling

const disposeCode = runtimeCode("rt:disposeHandler", ([entry]) => () => {
  const handler = entry as Handler;
  if (handler.disposed) return;
  handler.disposed = true;
  const { handlers } = currentTurn().instance.state.signals;
  const rest = (handlers.get(handler.signal) ?? []).filter((other) => other !== handler);
  if (rest.length === 0) handlers.delete(handler.signal);
  else handlers.set(handler.signal, rest);
});

const drainBufferCode = runtimeCode("rt:drainBuffer", ([signal]) => () => {
  const name = signal as string;
  const { handlers, buffered } = currentTurn().instance.state.signals;
  while (handlers.has(name)) {
    const oldest = shiftBuffered(buffered, name);
    if (oldest === undefined) return;
    handle(name, oldest.payload, oldest.request);
  }
});

/**
 * Calls `handler` with every signal of that name from now on, and first (as the next job) with the buffered ones. Gives
 * `{ dispose() }`. Throws Fault EV5001 during initialisation, EV5004 for wrong arguments.
 */
export function onSignal(signal: unknown, handler: unknown): object {
  const name = nameOfSignal(signal);
  requireExecution(`handling the signal "${name}"`);
  if (typeof handler !== "function") {
    throw invalidArgument(`the handler of signal "${name}" is not a function`, "Pass a function of the payload.");
  }
  const { state } = currentTurn().instance;
  const { handlers, buffered } = state.signals;
  const entry: Handler = { signal: name, handler: handler as Handler["handler"], disposed: false };
  handlers.set(name, [...(handlers.get(name) ?? []), entry]);
  if (buffered.has(name)) {
    enqueue([THEN, undefined, makeClosure(drainBufferCode, [name]), undefined], FULFILLED, undefined);
  }
  return { dispose: makeClosure(disposeCode, [entry]) };
}

const handlerFailedCode = runtimeCode("rt:handlerFailed", () => (error: unknown) => failExecution(error));

const replyCode = runtimeCode(
  "rt:signalReply",
  ([request]) =>
    (value: unknown) =>
      reply(request as string, value),
);
const replyFailedCode = runtimeCode("rt:signalReplyFailed", ([request]) => (error: unknown) => {
  sendReply(request as string, { ok: false, error: encodeError(error) });
});

function reply(request: string, value: unknown): void {
  let outcome: Outcome;
  try {
    outcome = { ok: true, value: encode(value, "reply") };
  } catch (error) {
    if (!(error instanceof UnserializableError)) throw error;
    outcome = { ok: false, error: encodeError(error) };
  }
  sendReply(request, outcome);
}

function sendReply(request: string, outcome: Outcome): void {
  const { instance, commands } = currentTurn();
  const { state } = instance;
  if (state.requests?.delete(request) === true && state.requests.size === 0) delete state.requests;
  commands.push({ kind: "reply", request, outcome });
}

/** A request is answered by the first handler; what that throws is the answer too, and fails nothing. */
function handleRequest(entry: Handler, payload: Encoded, request: string): void {
  try {
    const result: unknown = Reflect.apply(entry.handler, undefined, [decode(payload)]);
    const { state } = currentTurn().instance;
    state.requests ??= new Set();
    state.requests.add(request);
    GPromise.handle(toPromise(result), makeClosure(replyCode, [request]), makeClosure(replyFailedCode, [request]));
  } catch (error) {
    sendReply(request, { ok: false, error: encodeError(caught(error)) });
  }
}

/** Calls all handlers in order; one that throws, at once or later, fails the execution. */
function handle(name: string, payload: Encoded, request?: string): void {
  const { state } = currentTurn().instance;
  let question = request;
  for (const entry of (state.signals.handlers.get(name) ?? []) as readonly Handler[]) {
    if (entry.disposed || isOver(state)) continue;
    if (question !== undefined) {
      handleRequest(entry, payload, question);
      question = undefined;
      continue;
    }
    try {
      const result: unknown = Reflect.apply(entry.handler, undefined, [decode(payload)]);
      if (!isObject(result)) continue;
      const rejected = makeClosure(handlerFailedCode);
      GPromise.handle(toPromise(result), undefined, rejected);
    } catch (error) {
      failExecution(caught(error));
    }
  }
}

/** A signal has arrived: G1, G2. */
export function deliverSignal(name: string, payload: Encoded, request?: string): void {
  const { waiting, handlers, buffered } = currentTurn().instance.state.signals;
  const waiters = (waiting.get(name) ?? []) as readonly Waiter[];
  waiting.delete(name);
  if (!handlers.has(name) && !waiters.some(({ promise }) => GPromise.isObserved(promise))) {
    const entry: BufferedSignal = request === undefined ? { payload } : { payload, request };
    const entries = buffered.get(name);
    if (entries === undefined) buffered.set(name, new Set([entry]));
    else entries.add(entry);
    for (const { promise } of waiters) GPromise.setOrigin(promise, { kind: "signal", signal: name, entry });
  }
  for (const waiter of waiters) {
    waiter.done = true;
    GPromise.settle(waiter.promise, FULFILLED, decode(payload));
    if (waiter.timeout !== undefined) releaseTimer(waiter.timeout);
  }
  // Taken by a wait alone, a request has nothing more to say than that.
  if (request !== undefined && !handlers.has(name) && waiters.length > 0 && !buffered.has(name))
    reply(request, undefined);
  handle(name, payload, request);
}

// ---- sending and defining

/**
 * Sends a signal to an execution; the promise resolves when it is delivered and rejects when the execution is unknown or
 * closed. Throws Fault EV5001 during initialisation, EV5003 and EV5004 for wrong arguments.
 */
export function sendSignal(execution: unknown, signal: unknown, payload?: unknown, options?: unknown): GPromise {
  const name = nameOfSignal(signal);
  requireExecution(`sending the signal "${name}"`);
  if (typeof execution !== "string" || execution === "") {
    throw invalidArgument("the execution to signal is not named", 'Pass its id, such as "checkout/order-17".');
  }
  const { id } = checkOptions(`sendSignal("${name}")`, options, ["id"]);
  if (id !== undefined && (typeof id !== "string" || id === "")) {
    throw invalidArgument(`the id of the signal "${name}" is no text`, 'Pass { id: "payment-17" }.');
  }
  let encoded: Encoded;
  try {
    encoded = encode(payload, "payload");
  } catch (error) {
    if (!(error instanceof UnserializableError)) throw error;
    return rejectedPromise(error);
  }
  return command((seq) => ({
    kind: "signal",
    seq,
    execution,
    signal: name,
    payload: encoded,
    ...(id === undefined ? {} : { id }),
  }));
}

const expectCode = runtimeCode(
  "rt:expectSignal",
  ([name]) =>
    (options?: unknown) =>
      expectSignal(name, options),
);
const onCode = runtimeCode(
  "rt:onSignal",
  ([name]) =>
    (handler: unknown) =>
      onSignal(name, handler),
);
const sendCode = runtimeCode(
  "rt:sendSignal",
  ([name]) =>
    (execution: unknown, payload?: unknown, options?: unknown) =>
      sendSignal(execution, name, payload, options),
);

/** `signal(name)`: the signal's definition. Throws Fault EV5004 for a bad name. */
export function signal(name: unknown): object {
  const id = nameOfSignal(typeof name === "string" ? name : undefined);
  return Object.freeze({
    kind: "Signal",
    id,
    expectSignal: Object.freeze(makeClosure(expectCode, [id])),
    onSignal: Object.freeze(makeClosure(onCode, [id])),
    sendSignal: Object.freeze(makeClosure(sendCode, [id])),
  });
}
