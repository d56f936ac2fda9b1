/**
 * Entry of an engine thread. Takes messages in order, runs them on realms, answers each batch with one message.
 *
 * An error that is nobody's but our own is not caught here: it ends the thread, and the main thread treats it like any
 * other death of a thread.
 */
import { parentPort } from "node:worker_threads";
import { threadData } from "../platform/threads.js";
import { Fault } from "../protocol/fault.js";
import { type Activated, Activation } from "./activation.js";
import { Budget } from "./budget.js";
import { compileEngine } from "./instance.js";
import { type DescribedFault, type FromThread, SIGHT, type ThreadData, type ToThread } from "./messages.js";
import { neutralise } from "./neutral.js";
import type { Announce, Realm } from "./realm.js";
import { Realms } from "./realms.js";
import { guestFailed } from "./reasons.js";
import type { ActivationReply, ActivationRequest, SandboxProgram } from "./sandbox.js";

if (parentPort === null) throw new Error("worker.ts is the entry of a worker thread");
const port = parentPort;
neutralise();

compileEngine();
const data = threadData() as ThreadData;
const sight = new Int32Array(data.sight);
const { limits, guestCode, harden, image } = data;
let calls = 0;

/** Shows the main thread what begins now (messages.ts, SIGHT). */
const announce: Announce = (budgetMs) => {
  calls = (calls % 0x3fff_ffff) + 1;
  Atomics.store(sight, SIGHT.budgetMs, budgetMs);
  Atomics.store(sight, SIGHT.call, calls);
};

const realms = new Realms({ limits, guestCode, harden, image, budget: new Budget(), announce });

function post(message: FromThread): void {
  port.postMessage(message);
}

async function load(id: number, program: SandboxProgram): Promise<void> {
  realms.add(program);
  Atomics.store(sight, SIGHT.message, id);
  Atomics.store(sight, SIGHT.index, 0);
  try {
    await realms.boot(program.hash);
    post({ kind: "loaded", id });
  } catch (error) {
    post({ kind: "loaded", id, fault: describe(error) });
  } finally {
    Atomics.store(sight, SIGHT.call, 0);
  }
}

async function activate(id: number, requests: readonly ActivationRequest[]): Promise<void> {
  const replies: ActivationReply[] = [];
  Atomics.store(sight, SIGHT.message, id);
  for (const [index, request] of requests.entries()) {
    Atomics.store(sight, SIGHT.index, index);
    replies.push(await activateOne(request));
  }
  Atomics.store(sight, SIGHT.call, 0);
  post({ kind: "replies", id, replies });
}

async function activateOne(request: ActivationRequest): Promise<ActivationReply> {
  const { execution, program, bring } = request;
  const home = realms.realmOf(execution);
  if (home !== undefined && (bring !== "live" || home.program.hash !== program)) dropFrom(home, execution);
  if (bring === "live" && realms.get(program)?.live.has(execution) !== true) return { kind: "lost" };
  const first = await attempt(request);
  // Out of memory among many: the others go, and the request decides alone in a fresh realm.
  return first.realm === "crowded" && bring !== "live" ? (await attempt(request)).reply : first.reply;
}

async function attempt(request: ActivationRequest): Promise<Activated> {
  let realm: Realm;
  try {
    realm = await realms.boot(request.program);
  } catch (error) {
    const { code, message, remedy } = describe(error);
    return { reply: { kind: "suspend", reason: { code, message, remedy } }, realm: "sound" };
  }
  const activated = new Activation(realm, request, limits, announce).run();
  if (activated.realm === "sound") realms.recycle(realm);
  else realms.forget(realm);
  return activated;
}

function dropFrom(realm: Realm, execution: string): void {
  announce(limits.deadlineMs);
  if (!realm.drop(execution, limits.deadlineMs)) realms.forget(realm);
}

function describe(error: unknown): DescribedFault {
  if (!(error instanceof Fault)) {
    const { code, message, remedy } = guestFailed(String(error));
    return { code, message, remedy };
  }
  const { code, message, remedy, place } = error;
  return { code, message, remedy, ...(place === undefined ? {} : { place }) };
}

async function handle(message: ToThread): Promise<void> {
  switch (message.kind) {
    case "program":
      realms.add(message.program);
      return;
    case "load":
      await load(message.id, message.program);
      return;
    case "activate":
      await activate(message.id, message.requests);
      return;
    case "drop":
      for (const execution of message.executions) {
        const realm = realms.realmOf(execution);
        if (realm !== undefined) dropFrom(realm, execution);
      }
      Atomics.store(sight, SIGHT.call, 0);
      return;
    case "close": {
      const problem = realms.close();
      post({ kind: "closed", ...(problem === undefined ? {} : { problem }) });
      port.close();
    }
  }
}

let last = Promise.resolve();
port.on("message", (message: ToThread) => {
  last = last.then(() => handle(message));
});
post({ kind: "ready" });
