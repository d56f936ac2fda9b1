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
import { keepSpare, noteBirth, type Spare, takeSpare } from "./spares.js";
import { initialState } from "./state.js";

const { parse, stringify } = JSON;
const instances = new Map<string, Instance>();
let program: ProgramFactory | undefined;

/** See GuestEntry.install. */
export function installProgram(factory: ProgramFactory): void {
  if (isRunning() || program !== undefined) throw new TypeError("a program is installed already");
  if (typeof factory !== "function") throw new TypeError("a program is a function of the helpers");
  program = factory;
}

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

/**
 * Runs a turn of the installed program: see GuestEntry.turn. Batches, events and jobs are gone through in this one function,
 * because each one in between would be one more line on every error's stack.
 */
export function runTurn(requestText: string, checkpoint: string | undefined): string {
  const request = parse(requestText) as TurnRequest;
  const { execution, bring, batches, write } = request;
  const spare = bring === "live" ? undefined : takeSpare(execution);
  const turn = beginTurn(request, spare);
  try {
    if (bring !== "live" && spare === undefined) initialise(turn);
    if (bring === "restore") restore(turn, checkpoint ?? "");
    const results: TurnResult[] = [];
    for (let b = 0; b < batches.length; b++) {
      const { now, events } = batches[b] as TurnBatch;
      turn.instance.state.now = Math.max(turn.instance.state.now, now);
      turn.commands = [];
      for (let i = 0; i < events.length; i++) {
        const event = events[i] as TurnBatch["events"][number];
        // A closed execution can still be asked about.
        if (turn.instance.state.closed && event.kind !== "query") break;
        applyEvent(event);
        do drainJobs();
        while (moves(turn));
        if (turn.fault === undefined && isAttemptDue(turn.instance.state)) startAnew(turn);
        if (turn.fault !== undefined) return faultReply(turn.fault);
      }
      results.push(takeResult(turn));
    }
    const text = reply(turn, results, write);
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

/** Makes a turn of `request` the running one. */
function beginTurn({ execution, bring }: TurnRequest, spare: Spare | undefined): Turn {
  if (isRunning()) throw new TypeError("a turn is running already");
  if (program === undefined) throw new TypeError("no program is installed");
  const live = bring === "live" ? instances.get(execution) : (spare?.instance ?? newInstance(execution));
  if (live === undefined) throw new TypeError(`there is no live instance of execution ${execution}`);
  const logs = spare === undefined ? [] : [...spare.logs];
  const turn: Turn = { instance: live, phase: "run", commands: [], logs, scope: undefined, fault: undefined };
  // Whatever goes wrong later leaves the instance in an unknown state: it is kept only at the end.
  instances.delete(execution);
  setTurn(turn);
  clearJobs();
  return turn;
}

function restore(turn: Turn, checkpoint: string): void {
  readHeap(turn.instance, checkpoint);
  turn.logs = [];
}

/** What the turn comes to. */
function reply({ instance }: Turn, results: readonly TurnResult[], write: boolean): string {
  if (!write) return replyText(results);
  const written = writeHeap(instance);
  if ("text" in written) return `${replyText(results)}\n${written.text}`;
  return stringify({ results, unserializable: written.unserializable } satisfies TurnReply);
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
function initialise(turn: Turn): void {
  turn.phase = "init";
  try {
    program?.(makeHelpers(turn.instance, api));
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

/** What the events since the last result have led to. */
function takeResult(turn: Turn): TurnResult {
  reportUnhandled();
  const { commands, logs } = turn;
  turn.logs = [];
  return { commands, logs, closed: turn.instance.state.closed };
}

/** The next attempt of the workflow begins, in an instance of its own. */
function startAnew(turn: Turn): void {
  const { instance: old, logs } = turn;
  reportUnhandled();
  const spare = takeSpare(old.execution);
  turn.instance = spare?.instance ?? newInstance(old.execution);
  turn.logs = [];
  if (spare === undefined) initialise(turn);
  turn.logs = [...logs, ...(spare?.logs ?? turn.logs)];
  startNextAttempt(old.state);
  do drainJobs();
  while (moves(turn));
}

/** After the jobs: true if there are some again, because a condition holds now. */
function moves(turn: Turn): boolean {
  if (turn.fault !== undefined || turn.instance.state.closed) return false;
  return evaluateConditions() || jobsWait();
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
