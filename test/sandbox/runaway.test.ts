/**
 * Goal: whatever an execution does, it alone is suspended, and every request gets its one reply. Method: each kind of
 * runaway runs between neighbours: one in the same realm, one in another program; both must go on.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActivationRequest, Sandbox, SandboxProgram } from "../../runtime/sandbox/sandbox.js";
import { done, NEW, one, openTestSandbox, program, request, say, verdict } from "./support/world.js";

const RUNAWAYS = `
  if (event.signal === "loop") for (;;);
  if (event.signal === "caughtLoop") { try { for (;;); } catch { } finally { host.log("info", "survived"); } }
  if (event.signal === "regex") /^(a+)+$/.test("a".repeat(40) + "b");
  if (event.signal === "allocate") { const all = []; for (;;) all.push(new Array(1000).fill(all.length)); }
  if (event.signal === "string") { const all = []; for (;;) all.push("x".repeat(100000 + all.length)); }
  if (event.signal === "recurse") { const down = () => down() + 1; down(); }
  if (event.signal === "nest") { let nest = []; for (let i = 0; i < 1e5; i++) nest = [nest]; JSON.stringify(nest); }
`;
const wild = program(`${RUNAWAYS}
  host.state.count = (host.state.count ?? 0) + 1; host.log("info", String(host.state.count));`);
const tame = program(`host.state.count = (host.state.count ?? 0) + 1; host.log("info", "tame " + host.state.count);`);

/** Activates all three, live or, when an instance was lost, from the tail that the engine would have. */
async function goOn(sandbox: Sandbox, of: SandboxProgram, execution: string): Promise<string | undefined> {
  let reply = await one(sandbox, request(of, execution, [say("go")], { bring: "live" }));
  if (reply.kind === "lost") {
    const bring = { checkpoint: '{"count":1}', tail: [] };
    reply = await one(sandbox, request(of, execution, [say("go")], { bring }));
  }
  return done(reply).logs[0]?.text;
}

const CASES = [
  ["an endless loop", "loop", "EV5202"],
  ["an endless loop inside try, catch and finally", "caughtLoop", "EV5202"],
  ["catastrophic backtracking of a regular expression", "regex", "EV5202"],
  ["endless allocation of objects", "allocate", "EV5204"],
  ["endless allocation of strings", "string", "EV5204"],
  ["endless recursion", "recurse", "EV5205"],
  ["a value nested too deeply for a built-in", "nest", "EV5205"],
] as const;

for (const [what, signal, code] of CASES) {
  test(`${what} suspends its own execution only`, async (t) => {
    const sandbox = await openTestSandbox(t, { deadlineMs: code === "EV5202" ? 300 : 60_000 });
    await sandbox.load(wild);
    await sandbox.load(tame);
    for (const neighbour of ["w/same", "w/culprit"]) done(await one(sandbox, request(wild, neighbour, [say("go")])));
    done(await one(sandbox, request(tame, "w/other", [say("go")])));
    const batch: ActivationRequest[] = [
      request(wild, "w/same", [], { bring: "live" }),
      request(wild, "w/culprit", [say(signal)], { bring: "live" }),
      request(tame, "w/other", [], { bring: "live" }),
    ];
    const replies = await sandbox.activate(batch);
    assert.deepEqual(replies.map(verdict), ["done", code, "done"]);
    assert.equal(verdict(await one(sandbox, request(wild, "w/culprit", [], { bring: "live" }))), "lost");
    assert.equal(await goOn(sandbox, wild, "w/same"), "2");
    assert.equal(await goOn(sandbox, tame, "w/other"), "tame 2");
  });
}

test("a built-in that never polls is ended from outside, and the rest of its batch is answered", async (t) => {
  const sandbox = await openTestSandbox(t, { deadlineMs: 400, graceMs: 400, memoryBytes: 512 * 1024 * 1024 });
  const stuck = program(`
    if (event.signal === "native") { globalThis.big ??= new Array(1.5e7).fill(1.5); JSON.stringify(big); }
    host.state.count = (host.state.count ?? 0) + 1; host.log("info", String(host.state.count));`);
  await sandbox.load(stuck);
  await sandbox.load(tame);
  for (const name of ["w/a", "w/c"]) done(await one(sandbox, request(stuck, name, [say("go")])));
  const first = sandbox.activate([
    request(stuck, "w/a", [say("go")], { bring: "live" }),
    request(stuck, "w/b", [say("go")]),
    request(stuck, "w/culprit", [say("native")]),
    request(stuck, "w/b", [say("go")], { bring: "live" }),
    request(stuck, "w/c", [say("go")], { bring: "live" }),
    request(tame, "w/d", [say("go")]),
  ]);
  const queued = sandbox.activate([
    request(tame, "w/e", [say("go")]),
    request(stuck, "w/culprit", [], { bring: "live" }),
  ]);
  const loading = sandbox.load(program("host.log('info', 'loaded late')"));
  assert.deepEqual((await first).map(verdict), ["lost", "done", "EV5203", "done", "lost", "done"]);
  assert.equal(done((await first)[3]).logs[0]?.text, "2", "the rerun instance is live for the rest of its batch");
  assert.deepEqual((await queued).map(verdict), ["done", "lost"]);
  await loading;
});

test("memory is refused to the one that asks for too much, not to the one that asks last", async (t) => {
  const sandbox = await openTestSandbox(t, { deadlineMs: 5000, memoryBytes: 48 * 1024 * 1024 });
  const hoarder = program(
    `
    host.state.size = Number(event.signal);
    moduleData = new Array(host.state.size).fill(1.5);
    host.log("info", "kept");`,
    "let moduleData;",
  );
  await sandbox.load(hoarder);
  for (let index = 0; index < 30; index++) {
    const reply = await one(sandbox, request(hoarder, `w/${index}`, [say("200000")]));
    assert.equal(verdict(reply), "done", `execution ${index}`);
  }
  assert.equal(verdict(await one(sandbox, request(hoarder, "w/greedy", [say("20000000")]))), "EV5204");
});

test("a program whose modules throw suspends each of its executions, with the reason", async (t) => {
  const sandbox = await openTestSandbox(t);
  const broken = program("", "throw new RangeError('no such luck');");
  await sandbox.load(broken);
  await sandbox.load(tame);
  const [reply, other] = await sandbox.activate([
    request(broken, "w/a", [say("go")]),
    request(tame, "w/b", [say("go")]),
  ]);
  assert.equal(verdict(reply), "EV5206");
  assert.match(
    reply?.kind === "suspend" ? reply.reason.message : "",
    /RangeError: no such luck\n +at .*eventual:program:2:/,
  );
  done(other);
});

test("a program whose modules never end suspends its execution", async (t) => {
  const sandbox = await openTestSandbox(t, { deadlineMs: 50 });
  const endless = program("", "for (;;);");
  await sandbox.load(endless);
  assert.equal(verdict(await one(sandbox, request(endless, "w/a", [say("go")]))), "EV5202");
});

test("a guest that forges its reply is suspended", async (t) => {
  const sandbox = await openTestSandbox(t);
  const forger = program(`host.command({ kind: "task", seq: 1, task: "t", input: { not: "text" }, onCrash: "retry" })`);
  await sandbox.load(forger);
  assert.equal(verdict(await one(sandbox, request(forger, "w/a", [say("go")]))), "EV5209");
});

test("a program that cannot be evaluated is refused when it is loaded", async (t) => {
  const sandbox = await openTestSandbox(t);
  const refused = (code: string) => ({ code: "EV5201", remedy: /eventualc/, message: new RegExp(code) });
  await assert.rejects(sandbox.load({ hash: "a", code: "let a = ;", map: program("").map }), refused("SyntaxError"));
  await assert.rejects(sandbox.load({ hash: "b", code: "({})", map: program("").map }), refused("factory"));
  await assert.rejects(sandbox.load({ hash: "c", code: "null.x", map: program("").map }), refused("TypeError"));
});

test("a program that hangs when it is loaded is refused", async (t) => {
  const sandbox = await openTestSandbox(t, { deadlineMs: 50, graceMs: 60_000 });
  await sandbox.load(tame);
  const endless = { hash: "a", code: "for (;;);", map: tame.map };
  await assert.rejects(sandbox.load(endless), { code: "EV5201" });
  done(await one(sandbox, request(tame, "w/a", [say("go")])));
});

test("a program that hangs in a built-in operation when it is loaded is refused", async (t) => {
  const sandbox = await openTestSandbox(t, { deadlineMs: 50, graceMs: 100, memoryBytes: 256 * 1024 * 1024 });
  await sandbox.load(tame);
  const native = "JSON.stringify(new Array(5e6).fill(1.5)); (() => {})";
  await assert.rejects(sandbox.load({ hash: "b", code: native, map: tame.map }), { code: "EV5203" });
  done(await one(sandbox, request(tame, "w/a", [say("go")])));
});

test("loading the same program again costs nothing and changes nothing", async (t) => {
  const sandbox = await openTestSandbox(t);
  await Promise.all([sandbox.load(tame), sandbox.load(tame)]);
  done(await one(sandbox, request(tame, "w/a", [say("go")])));
  await sandbox.load(tame);
  done(await one(sandbox, request(tame, "w/a", [say("go")], { bring: "live" })));
});

test("a program that was not loaded is refused before anything runs", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(tame);
  const requests = [request(tame, "w/a", [say("go")]), request(wild, "w/b", [say("go")])];
  await assert.rejects(sandbox.activate(requests), { code: "EV5212" });
  assert.equal(verdict(await one(sandbox, request(tame, "w/a", [], { bring: "live" }))), "lost");
});

test("closing waits for the work in flight, and nothing is taken afterwards", async (t) => {
  const sandbox = await openTestSandbox(t);
  await sandbox.load(tame);
  const running = sandbox.activate([request(tame, "w/a", [say("go")], { bring: NEW })]);
  await sandbox.close();
  assert.equal(verdict((await running)[0]), "done");
  await assert.rejects(sandbox.activate([request(tame, "w/a", [say("go")])]), { code: "EV5212" });
  await assert.rejects(sandbox.load(wild), { code: "EV5212" });
});
