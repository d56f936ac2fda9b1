/**
 * The entry of a task worker thread: takes offers, claims and runs them, and reports what became of them.
 *
 * W1  A call is claimed (see messages.ts) before its handler runs, and an offer whose ticket is gone is dropped.
 * W2  Outcomes leave in the turn of the event loop in which they are known, so that a handler that hogs or kills the
 *     thread later cannot take them along.
 *
 * An uncaught error or unhandled rejection is left to end the thread: the pool settles what was claimed.
 */
import { parentPort } from "node:worker_threads";
import { setBridge } from "../api/bridge.js";
import { threadData } from "../platform/threads.js";
import { CancelledError, TaskInterrupted } from "../protocol/errors.js";
import type { HostRequest } from "../protocol/host-request.js";
import type { Outcome } from "../protocol/value.js";
import type { HostModule } from "./author-stack.js";
import { type CallResult, currentClasses, currentProgram, currentTask, inTransaction, runCall } from "./call.js";
import { CallAbort } from "./call-abort.js";
import { refusedInTransaction } from "./database.js";
import { failure, programUnavailable } from "./failure.js";
import type { FromThread, OfferedCall, SettledCall, TaskThreadData, ToThread } from "./messages.js";
import { type LoadedProgram, Programs } from "./programs.js";

if (parentPort === null) throw new TypeError("the task worker is not a program of its own");
const port = parentPort;
const { claims: sharedClaims } = threadData() as TaskThreadData;
const claims = new Int32Array(sharedClaims);
const programs = new Programs();
const running = new Map<string, CallAbort>();
let closing = false;
let unsent: SettledCall[] = [];
const questions = new Map<number, (outcome: Outcome) => void>();
let nextQuestion = 1;

process.setSourceMapsEnabled(true);
// Also runs when a handler calls process.exit(), or an error is not caught.
process.on("exit", sendSettled);
port.on("message", receive);
setBridge({ ask, currentTask, classes: currentClasses });
send({ kind: "pong" });

function receive(message: ToThread): void {
  switch (message.kind) {
    case "load":
      void load(message.program, message.module);
      break;
    case "run":
      for (const call of message.calls) accept(call);
      break;
    case "cancel":
      for (const ref of message.refs) running.get(ref)?.abort(cancelReason());
      break;
    case "answer":
      questions.get(message.id)?.(message.outcome);
      questions.delete(message.id);
      break;
    case "abort":
      closing = true;
      for (const controller of running.values()) controller.abort(abortReason());
      break;
    case "ping":
      send({ kind: "pong" });
      break;
  }
}

async function load(program: string, module: HostModule): Promise<void> {
  const loaded = await programs.load(program, module);
  send(
    loaded.ok
      ? { kind: "loaded", program, declarations: loaded.declarations }
      : { kind: "loadFailed", program, reason: loaded.reason },
  );
}

/** Runs the call now, or when its program has been imported. */
function accept(call: OfferedCall): void {
  const loaded = programs.get(call.program);
  if (loaded !== undefined) void start(call, loaded);
  else void programs.whenLoaded(call.program)?.then((program) => start(call, program));
}

async function start(call: OfferedCall, program: LoadedProgram): Promise<void> {
  const claimed = Atomics.compareExchange(claims, call.slot, call.ticket, -call.ticket) === call.ticket;
  if (!claimed) return;
  const controller = new CallAbort();
  if (closing) controller.abort(abortReason());
  running.set(call.ref, controller);
  const { outcome, aborted, waits } = program.ok
    ? await runCall(call, {
        tasks: program.tasks,
        classes: program.classes,
        stackText: program.stackText,
        get signal() {
          return controller.signal;
        },
        beat: (details) => send({ kind: "beat", ref: call.ref, details }),
        ask: pass,
      })
    : unavailable(program.reason.message);
  running.delete(call.ref);
  // Once cancelled, whatever comes of it is of no interest to anybody.
  const isForgotten = aborted && closing;
  settle({ ref: call.ref, slot: call.slot, outcome, ...(isForgotten && { aborted }), ...(waits && { waits }) });
}

function unavailable(message: string): CallResult {
  return { outcome: programUnavailable(`the program's host code cannot be imported: ${message}`), aborted: false };
}

function abortReason(): TaskInterrupted {
  return new TaskInterrupted("the runtime is closing", { code: "EV7020" });
}

function cancelReason(): CancelledError {
  return new CancelledError("nobody waits for the task any more");
}

/** Asks the engine. */
async function ask(request: HostRequest): Promise<Outcome> {
  return inTransaction() ? failure(refusedInTransaction(request.kind)) : await pass(request);
}

/** Asks the engine, through the pool. */
function pass(request: HostRequest): Promise<Outcome> {
  const id = nextQuestion++;
  const answer = new Promise<Outcome>((resolve) => questions.set(id, resolve));
  send({ kind: "ask", id, program: currentProgram() ?? "", request });
  return answer;
}

function settle(call: SettledCall): void {
  if (unsent.length === 0) queueMicrotask(sendSettled);
  unsent.push(call);
}

function sendSettled(): void {
  if (unsent.length === 0) return;
  const calls = unsent;
  unsent = [];
  send({ kind: "settled", calls });
}

function send(message: FromThread): void {
  port.postMessage(message);
}
