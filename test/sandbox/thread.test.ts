/**
 * Goal: work survives the death of a thread for whatever reason (D1, D2). Method: an engine thread with a script of the
 * test's in place of the worker, which dies on demand.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { resolveLimits } from "#runtime/sandbox/limits.js";
import { SIGHT } from "#runtime/sandbox/messages.js";
import { EngineThread } from "#runtime/sandbox/thread.js";
import { program, request, say, verdict } from "./support/world.js";

const some = program("");

/** An engine thread whose script is `body`, run for each message with `message`, `post` and `running(id, index)`. */
function scripted(t: TestContext, body: string): EngineThread {
  const script = `
    import { parentPort, workerData } from "node:worker_threads";
    const sight = new Int32Array(workerData.sight);
    const post = (message) => parentPort.postMessage(message);
    const running = (id, index) => {
      sight[${SIGHT.message}] = id; sight[${SIGHT.index}] = index; sight[${SIGHT.budgetMs}] = 1000; sight[${SIGHT.call}] = 7;
    };
    const reply = { kind: "done", commands: [], commandsHash: "0", logs: [], closed: false, cost: 0 };
    parentPort.on("message", (message) => { ${body} });
    post({ kind: "ready" });`;
  const { workers: _, ...limits } = resolveLimits({});
  const thread = new EngineThread({
    limits,
    harden: true,
    guestCode: "",
    onProblem: assert.fail,
    entry: new URL(`data:text/javascript,${encodeURIComponent(script)}`),
  });
  t.after(() => thread.close());
  return thread;
}

const CLOSE = `if (message.kind === "close") { post({ kind: "closed" }); parentPort.close(); }`;

test("a thread that dies takes down the request it was running and no other", async (t) => {
  const thread = scripted(
    t,
    `${CLOSE}
     if (message.kind === "activate") {
       const index = message.requests.findIndex((request) => request.execution === "w/deadly");
       if (index >= 0) { running(message.id, index); process.exit(3); }
       post({ kind: "replies", id: message.id, replies: message.requests.map(() => reply) });
     }`,
  );
  const names = ["w/a", "w/deadly", "w/b", "w/deadly", "w/c"];
  const [first, second] = await Promise.all([
    thread.activate(names.map((name) => request(some, name, [say("go")]))),
    thread.activate([request(some, "w/d", [say("go")])]),
  ]);
  assert.deepEqual(first.map(verdict), ["done", "EV5211", "done", "EV5211", "done"]);
  assert.deepEqual(second.map(verdict), ["done"]);
});

test("programs are given to the thread that replaces a dead one", async (t) => {
  const thread = scripted(
    t,
    `${CLOSE}
     if (message.kind === "program") globalThis.known = message.program.hash;
     if (message.kind === "load") post({ kind: "loaded", id: message.id });
     if (message.kind === "activate") {
       if (globalThis.known === undefined) { running(message.id, 0); process.exit(3); }
       post({ kind: "replies", id: message.id, replies: message.requests.map(() => reply) });
     }`,
  );
  await thread.load(some);
  const replies = await thread.activate([request(some, "w/a", [say("go")]), request(some, "w/b", [say("go")])]);
  assert.deepEqual(replies.map(verdict), ["EV5211", "done"]);
});

test("a thread that keeps dying of nothing is given up with a reason", async (t) => {
  const thread = scripted(t, `${CLOSE} if (message.kind === "activate") process.exit(3);`);
  await thread.ready();
  await assert.rejects(thread.activate([request(some, "w/a", [say("go")])]), { code: "EV5211" });
  await assert.rejects(thread.activate([request(some, "w/a", [say("go")])]), { code: "EV5211" });
});

test("a thread that cannot start says so", async (t) => {
  const thread = scripted(t, "}); throw new Error('no such thread'); ({");
  await assert.rejects(thread.ready(), { code: "EV5211", message: /no such thread|exited|SyntaxError/ });
});

test("a thread that dies while it closes is closed", async (t) => {
  const thread = scripted(t, `if (message.kind === "close") process.exit(3);`);
  await thread.ready();
  await thread.close();
});
