/**
 * One turn of one execution: bring the instance, apply the events one by one, each until nothing moves any more, and
 * answer with what the execution asks for.
 *
 * L1  The job queue is empty between two turns, and after every event.
 * L2  After a fault of the engine (stack or memory exhausted) the turn has no effect: no result, no instance.
 */
import type { Command } from "../protocol/command.js";
import { CancelledError } from "../protocol/errors.js";
import type { ProgramFactory, TurnBatch, TurnReply, TurnRequest, TurnResult } from "../protocol/guest.js";
import { api } from "./api.js";
import { currentTurn, faultOf, isRunning, setTurn, type Turn } from "./current.js";
import { initialisationError } from "./errors.js";
import { applyEvent } from "./events.js";
import { writeLog } from "./globals/console.js";
import { inspect } from "./globals/inspect.js";
import { INITIAL_RANDOM } from "./globals/random.js";
import { captureBaseline } from "./heap/baseline.js";
import { readHeap } from "./heap/read.js";
import { writeHeap } from "./heap/write.js";
import { makeHelpers } from "./helpers.js";
import type { Instance } from "./instance.js";
import { drainJobs } from "./jobs.js";
import { isAttemptDue } from "./operations/attempts.js";
import { evaluateConditions } from "./operations/condition.js";
import { startNextAttempt } from "./operations/execution.js";
import { GPromise } from "./promise.js";
import { clearJobs, jobsWait } from "./queue.js";
import { keepSpare, noteBirth, takeSpare } from "./spares.js";
import { initialState } from "./state.js";

const { parse, stringify } = JSON;
const instances = new Map<string, Instance>();

function newInstance(execution: string): Instance {
  return {
    execution,
    code: new Map(),
    modules: [],
    workflows: new Map(),
    queries: new Map(),
    templates: new Map(),
    state: initialState(INITIAL_RANDOM),
  };
}

/** Runs a turn of `factory`'s program: see GuestEntry.turn. */
export function runTurn(factory: ProgramFactory, requestText: string, checkpoint: string | undefined): string {
  if (isRunning()) throw new TypeError("a turn is running already");
  const request = parse(requestText) as TurnRequest;
  const { execution } = request;
  const spare = request.bring === "live" ? undefined : takeSpare(execution);
  const live = request.bring === "live" ? instances.get(execution) : (spare?.instance ?? newInstance(execution));
  if (live === undefined) throw new TypeError(`there is no live instance of execution ${execution}`);
  const turn: Turn = { instance: live, phase: "run", commands: [], logs: [], scope: undefined, fault: undefined };
  // Whatever goes wrong below leaves the instance in an unknown state: it is kept only at the end.
  instances.delete(execution);
  setTurn(turn);
  clearJobs();
  try {
    if (spare !== undefined) turn.logs = [...spare.logs];
    else if (request.bring !== "live") initialise(turn, factory);
    const text = work(turn, factory, request, checkpoint);
    if (turn.fault !== undefined) return faultReply(turn.fault);
    instances.set(execution, turn.instance);
    return text;
  } catch (error) {
    const fault = turn.fault ?? faultOf(error);
    if (fault === undefined) throw error;
    return faultReply(fault);
  } finally {
    setTurn(undefined);
  }
}

/** Forgets an execution's instance. */
export function dropInstance(execution: string): void {
  const instance = instances.get(execution);
  if (instance === undefined) return;
  instances.delete(execution);
  keepSpare(instance);
}

function faultReply(fault: NonNullable<TurnReply["fault"]>): string {
  return stringify({ results: [], fault } satisfies TurnReply);
}

function work(turn: Turn, factory: ProgramFactory, request: TurnRequest, checkpoint: string | undefined): string {
  if (request.bring === "restore") {
    readHeap(turn.instance, checkpoint ?? "");
    turn.logs = [];
  }
  const results: TurnResult[] = [];
  for (const batch of request.batches) {
    const result = applyBatch(turn, factory, batch);
    if (turn.fault !== undefined) return "";
    results.push(result);
  }
  if (!request.write) return replyText(results);
  const written = writeHeap(turn.instance);
  if ("text" in written) return `${replyText(results)}\n${written.text}`;
  return stringify({ results, unserializable: written.unserializable } satisfies TurnReply);
}

/** The JSON text of a reply with nothing but results; put together here, since the engine's `stringify` is slow. */
function replyText(results: readonly TurnResult[]): string {
  let text = '{"results":[';
  for (let i = 0; i < results.length; i++) {
    const { commands, logs, closed } = results[i] as TurnResult;
    const separator = i === 0 ? "" : ",";
    text += `${separator}{"commands":${commandsText(commands)},"logs":${logs.length === 0 ? "[]" : stringify(logs)},"closed":${closed ? "true" : "false"}}`;
  }
  return `${text}]}`;
}

function commandsText(commands: readonly Command[]): string {
  let text = "[";
  for (let i = 0; i < commands.length; i++) text += (i === 0 ? "" : ",") + commandText(commands[i] as Command);
  return `${text}]`;
}

function commandText(command: Command): string {
  if (command.kind !== "task" || command.policy !== undefined) return stringify(command);
  const { seq, task, input, onCrash } = command;
  return `{"kind":"task","seq":${seq},"task":${stringify(task)},"input":${stringify(input)},"onCrash":"${onCrash}"}`;
}

/** Evaluates the program's modules. What they log is kept for the first result. */
function initialise(turn: Turn, factory: ProgramFactory): void {
  turn.phase = "init";
  try {
    factory(makeHelpers(turn.instance, api));
    drainJobs();
  } catch (error) {
    if (turn.fault !== undefined || faultOf(error) !== undefined) throw error;
    throw initialisationError(error);
  }
  reportUnhandled();
  captureBaseline(turn.instance);
  noteBirth(turn.instance, turn.logs);
  turn.phase = "run";
}

function applyBatch(turn: Turn, factory: ProgramFactory, batch: TurnBatch): TurnResult {
  const { state } = turn.instance;
  state.now = Math.max(state.now, batch.now);
  turn.commands = [];
  const { events } = batch;
  for (let i = 0; i < events.length; i++) {
    const event = events[i] as TurnBatch["events"][number];
    // A closed execution can still be asked about.
    if (turn.instance.state.closed && event.kind !== "query") break;
    if (event.kind === "terminate" || event.kind === "suspend" || event.kind === "resume") {
      throw new TypeError(`a ${event.kind} event is the engine's own`);
    }
    applyEvent(event);
    settle(turn);
    if (turn.fault === undefined && isAttemptDue(turn.instance.state)) startAnew(turn, factory);
    if (turn.fault !== undefined) break;
  }
  reportUnhandled();
  const { commands, logs } = turn;
  turn.logs = [];
  return { commands, logs, closed: turn.instance.state.closed };
}

/** The next attempt of the workflow begins, in an instance of its own. */
function startAnew(turn: Turn, factory: ProgramFactory): void {
  const { instance: old, logs } = turn;
  reportUnhandled();
  const spare = takeSpare(old.execution);
  turn.instance = spare?.instance ?? newInstance(old.execution);
  turn.logs = [];
  if (spare === undefined) initialise(turn, factory);
  turn.logs = [...logs, ...(spare?.logs ?? turn.logs)];
  startNextAttempt(old.state);
  settle(turn);
}

/** Runs jobs and asks conditions until nothing moves any more. */
function settle(turn: Turn): void {
  const { state } = turn.instance;
  do {
    drainJobs();
    if (turn.fault !== undefined || state.closed) return;
  } while (evaluateConditions() || jobsWait());
}

/** Logs the promises that were rejected in this turn and that nobody handles. */
function reportUnhandled(): void {
  const { state } = currentTurn().instance;
  const promises = state.unhandled;
  if (promises.length === 0) return;
  state.unhandled = [];
  for (const promise of promises) {
    if (!GPromise.is(promise) || GPromise.isHandled(promise)) continue;
    // What was cancelled on purpose is no news.
    if (state.cancellation !== undefined && GPromise.valueOf(promise) instanceof CancelledError) continue;
    writeLog("error", `Unhandled rejection: ${inspect(GPromise.valueOf(promise))}`);
  }
}
