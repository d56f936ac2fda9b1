/**
 * Goal: sandbox and real guest runtime keep the contract between them, runaways included. Method: the built bundle, and
 * a program written as the compiler would write it.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type TestContext, test } from "node:test";
import { encode } from "#runtime/protocol/value.js";
import type { SandboxOptions } from "#runtime/sandbox/limits.js";
import { openSandbox } from "#runtime/sandbox/open.js";
import type { Event } from "../../runtime/protocol/event.js";
import type { Sandbox, SandboxProgram } from "../../runtime/sandbox/sandbox.js";
import { done, EMPTY_MAP, one, request, say, tailEntry, verdict } from "./support/world.js";

const CODE = `(h) => {
  console.log("modules evaluated");
  let total = 0;
  const wait = h.$code("a.ts#wait", null, (f, m, v) => {
    switch (f[1]) {
      case 0: f[1] = 1; return h.$await(f, h.$api.expectSignal("go"));
      case 1:
        if (m === 2) throw v;
        total += v;
        if (v > 100) return total;
        if (v === -1) for (;;);
        if (v === -2) { const down = () => down() + 1; down(); }
        if (v === -3) { const all = []; for (;;) all.push(new Array(1000).fill(all.length)); }
        if (v === -4) throw new RangeError("minus four");
        console.log("total " + total);
        f[1] = 1; return h.$await(f, h.$api.expectSignal("go"));
    }
  });
  function handler(input) { return h.$async([wait, 0, undefined, this, [], input]); }
  const flow = h.$api.workflow("flow", handler);
  h.$module("a.ts", { handler, flow }, { total: [() => total, (v) => { total = v; }] });
}`;

function programOf(code: string): SandboxProgram {
  return { hash: createHash("sha256").update(code).digest("hex"), code, map: EMPTY_MAP };
}
const flow = programOf(CODE);

async function openReal(t: TestContext, options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await openSandbox({ memoryBytes: 48 * 1024 * 1024, onProblem: assert.fail, ...options });
  t.after(() => sandbox.close());
  return sandbox;
}

function start(execution: string): Event {
  const name = execution.split("/")[1] ?? "";
  return {
    kind: "start",
    workflow: "flow",
    input: encode(null),
    execution: { id: execution, name, startTime: "2030-01-01T00:00:00.000Z" },
    seed: "000102030405060708090a0b0c0d0e0f",
  };
}

function go(value: number): Event {
  return say("go", encode(value));
}

test("an execution of the real runtime starts, waits, moves through a checkpoint and ends", async (t) => {
  const sandbox = await openReal(t);
  await sandbox.load(flow);
  const first = done(await one(sandbox, request(flow, "flow/a", [start("flow/a")])));
  assert.deepEqual(
    first.logs.map((line) => line.text),
    ["modules evaluated"],
  );
  const second = done(await one(sandbox, request(flow, "flow/a", [go(5)], { bring: "live", write: true, drop: true })));
  assert.deepEqual(
    second.logs.map((line) => line.text),
    ["total 5"],
  );
  assert.equal(second.unserializable, undefined);
  const tail = [tailEntry(2, [go(7)], "0")];
  const bring = { checkpoint: second.checkpoint?.text ?? "", tail };
  const third = done(await one(sandbox, request(flow, "flow/a", [go(101)], { bring })));
  assert.deepEqual(third.commands, [{ kind: "close", outcome: { ok: true, value: encode(113) } }]);
  assert.deepEqual([third.closed, third.logs], [true, []]);
});

test("a thrown error closes the execution with a stack that shows the program alone", async (t) => {
  const sandbox = await openReal(t);
  await sandbox.load(flow);
  const reply = done(await one(sandbox, request(flow, "flow/a", [start("flow/a"), go(-4)])));
  const [close] = reply.commands;
  assert.ok(close?.kind === "close" && !close.outcome.ok);
  assert.match(close.outcome.error, /minus four/);
  assert.match(close.outcome.error, /eventual:program:/);
  assert.doesNotMatch(close.outcome.error, /eventual:guest/);
});

for (const [what, value, code] of [
  ["an endless loop", -1, "EV5202"],
  ["an endless recursion", -2, "EV5205"],
  ["an endless allocation", -3, "EV5204"],
] as const) {
  test(`${what} under the real runtime suspends its own execution only`, async (t) => {
    const sandbox = await openReal(t, { deadlineMs: code === "EV5202" ? 100 : 5000 });
    await sandbox.load(flow);
    for (const name of ["flow/neighbour", "flow/culprit"]) {
      done(await one(sandbox, request(flow, name, [start(name)])));
    }
    assert.equal(verdict(await one(sandbox, request(flow, "flow/culprit", [go(value)], { bring: "live" }))), code);
    const live = await one(sandbox, request(flow, "flow/neighbour", [go(1)], { bring: "live" }));
    // Only exhausted memory takes the whole realm with it: the neighbour is then asked for again.
    assert.equal(verdict(live), code === "EV5204" ? "lost" : "done");
    const bring = { checkpoint: null, tail: [tailEntry(1, [start("flow/neighbour")], "0")] };
    const restored = done(await one(sandbox, request(flow, "flow/neighbour", [go(2)], { bring })));
    assert.deepEqual(
      restored.logs.map((line) => line.text),
      ["total 2"],
    );
  });
}

test("user code has no name for the runtime's entry, and cannot leave anything on the global object", async (t) => {
  const sandbox = await openReal(t);
  const prying = programOf(`(h) => {
    let refused = 0;
    try { (() => { "use strict"; globalThis.shared = 1; })(); } catch { refused++; }
    console.log(typeof globalThis.$eventual + " " + refused);
    h.$module("a.ts", {}, {});
    h.$api.workflow("flow", () => 1);
  }`);
  await sandbox.load(prying);
  const reply = done(await one(sandbox, request(prying, "flow/a", [start("flow/a")])));
  assert.equal(reply.logs[0]?.text, "undefined 1");
});

test("a module that throws under the real runtime is reported with what it threw", async (t) => {
  const sandbox = await openReal(t);
  const broken = programOf(`(h) => { throw new RangeError("no such luck"); }`);
  await sandbox.load(broken);
  const reply = await one(sandbox, request(broken, "flow/a", [start("flow/a")]));
  assert.equal(verdict(reply), "EV5206");
  const message = reply.kind === "suspend" ? reply.reason.message : "";
  assert.match(message, /^The program threw while its modules were being evaluated: RangeError: no such luck\n +at /);
});
