/**
 * Goal: an activation request becomes exactly the turn it describes. Method: a real sandbox on QuickJS with a small
 * guest whose handler echoes what it sees.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { done, NEW, one, openTestSandbox, program, request, say, tailEntry, verdict } from "./support/world.js";

const counting = program(
  `host.state.count = (host.state.count ?? 0) + 1;
   moduleCount++;
   if (event.signal === "close") return host.command({ kind: "close", outcome: { ok: true, value: "j" + host.state.count } });
   host.command({ kind: "timer", seq: host.state.count, at: host.now + moduleCount });`,
  "let moduleCount = 0;",
);

test("a new execution gets its first activation and stays live for the next", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(counting);
  const first = done(await one(sandbox, request(counting, "w/a", [say("go")])));
  assert.deepEqual(first.commands, [{ kind: "timer", seq: 1, at: 1001 }]);
  const second = done(await one(sandbox, request(counting, "w/a", [say("go")], { bring: "live", now: 2000 })));
  assert.deepEqual(second.commands, [{ kind: "timer", seq: 2, at: 2002 }]);
  assert.ok(Number.isInteger(second.cost) && second.cost >= 0);
});

test("replies come in the order of the requests, over several threads", async (t) => {
  const sandbox = await openTestSandbox(t, { workers: 3 });
  await sandbox.load(counting);
  const echo = program(`host.log("info", event.signal)`);
  await sandbox.load(echo);
  const requests = Array.from({ length: 60 }, (_, index) => request(echo, `w/${index}`, [say(`text ${index}`)]));
  const replies = await sandbox.activate(requests);
  assert.deepEqual(
    replies.map((reply) => done(reply).logs[0]?.text),
    requests.map((_, index) => `text ${index}`),
  );
});

test("an execution is restored from its checkpoint and its tail", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(counting);
  const first = done(await one(sandbox, request(counting, "w/a", [say("go")], { write: true, drop: true })));
  assert.equal(first.checkpoint?.text, '{"count":1}');
  assert.ok(Number.isInteger(first.checkpoint.cost));
  const bring = { checkpoint: first.checkpoint.text, tail: [] };
  const second = done(await one(sandbox, request(counting, "w/a", [say("go")], { bring, now: 5, drop: true })));
  assert.deepEqual(second.commands, [{ kind: "timer", seq: 2, at: 6 }]);
  const longer = {
    checkpoint: first.checkpoint.text,
    tail: [{ ...tailEntry(2, [say("go")], second.commandsHash), now: 5 }],
  };
  const third = done(await one(sandbox, request(counting, "w/a", [say("go")], { bring: longer, now: 5 })));
  assert.deepEqual(third.commands, [{ kind: "timer", seq: 3, at: 7 }], "module state was replayed with the tail");
});

test("a long tail is replayed over several turns with the same result", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(counting);
  const tail = [];
  for (let n = 1; n <= 700; n++) {
    const bring = n === 1 ? NEW : ("live" as const);
    const reply = done(await one(sandbox, request(counting, "w/a", [say("go")], { bring, now: n * 1000 })));
    tail.push(tailEntry(n, [say("go")], reply.commandsHash));
  }
  sandbox.drop(["w/a"]);
  const reply = done(await one(sandbox, request(counting, "w/a", [say("go")], { bring: { checkpoint: null, tail } })));
  assert.deepEqual(reply.commands, [{ kind: "timer", seq: 701, at: 1701 }]);
});

test("a tail that replays to other commands suspends the execution", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(counting);
  const first = done(await one(sandbox, request(counting, "w/a", [say("go")], { drop: true })));
  const good = { ...tailEntry(1, [say("go")], first.commandsHash) };
  const bring = { checkpoint: null, tail: [good, tailEntry(2, [say("go")], first.commandsHash)] };
  const reply = await one(sandbox, request(counting, "w/a", [say("go")], { bring }));
  assert.equal(verdict(reply), "EV5208");
  assert.match(reply.kind === "suspend" ? reply.reason.message : "", /activation 2/);
  assert.equal(verdict(await one(sandbox, request(counting, "w/a", [], { bring: "live" }))), "lost");
});

test("an instance that is gone is answered lost and nothing else", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(counting);
  assert.deepEqual(await one(sandbox, request(counting, "w/a", [say("go")], { bring: "live" })), { kind: "lost" });
  done(await one(sandbox, request(counting, "w/a", [say("go")])));
  sandbox.drop(["w/a"]);
  assert.deepEqual(await one(sandbox, request(counting, "w/a", [say("go")], { bring: "live" })), { kind: "lost" });
});

test("the instance of a closed execution is dropped", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(counting);
  const reply = done(await one(sandbox, request(counting, "w/a", [say("close")], { write: true })));
  assert.equal(reply.closed, true);
  assert.equal(reply.checkpoint, undefined);
  assert.equal(verdict(await one(sandbox, request(counting, "w/a", [say("go")], { bring: "live" }))), "lost");
});

test("a request without events only restores, or only writes", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(counting);
  const bring = { checkpoint: '{"count":4}', tail: [] };
  const restored = done(await one(sandbox, request(counting, "w/a", [], { bring })));
  assert.deepEqual(restored.commands, []);
  const written = done(await one(sandbox, request(counting, "w/a", [], { bring: "live", write: true })));
  assert.equal(written.checkpoint?.text, '{"count":4}');
});

test("a state that cannot be written is named, and the activation stands", async (t) => {
  const sandbox = await openTestSandbox(t);
  const holding = program(`host.state.socket = true; host.log("info", "held");`);
  await sandbox.load(holding);
  const reply = done(await one(sandbox, request(holding, "w/a", [say("go")], { write: true })));
  assert.deepEqual(reply.unserializable, { path: "state → .socket", what: "a socket" });
  assert.equal(reply.logs.length, 1);
  done(await one(sandbox, request(holding, "w/a", [say("go")], { bring: "live" })));
});

test("a checkpoint that takes too long to write does not spoil the activation", async (t) => {
  const sandbox = await openTestSandbox(t, { deadlineMs: 30 });
  const slow = program(`host.state.slowToWrite = true; host.log("info", "held");`);
  await sandbox.load(slow);
  const reply = done(await one(sandbox, request(slow, "w/a", [say("go")], { write: true })));
  assert.equal(reply.logs.length, 1);
  assert.match(reply.unserializable?.what ?? "", /ran for more than/);
  assert.equal(verdict(await one(sandbox, request(slow, "w/a", [say("go")], { bring: "live" }))), "lost");
});

test("a checkpoint that cannot be read suspends the execution", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(counting);
  const bring = { checkpoint: "not JSON", tail: [] };
  assert.equal(verdict(await one(sandbox, request(counting, "w/a", [say("go")], { bring }))), "EV5207");
});

test("text of any script and length crosses the border unharmed", async (t) => {
  const sandbox = await openTestSandbox(t);
  const echo = program(`host.log("info", JSON.parse(event.payload))`);
  await sandbox.load(echo);
  for (const text of ["", "žluťoučký 漢字 🦊", "\u0000\ud800", "é".repeat(70_000), "x".repeat(300_000)]) {
    const reply = done(await one(sandbox, request(echo, "w/a", [say("go", JSON.stringify(text))])));
    assert.equal(reply.logs[0]?.text, text);
  }
});

test("a request that is too large for the sandbox's memory is refused before it runs", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(counting);
  const reply = await one(sandbox, request(counting, "w/a", [say("go", "x".repeat(5_000_000))]));
  assert.equal(verdict(reply), "EV5210");
});
