/**
 * Goal: executions share nothing, see neither host nor clock, and leave nothing behind (S1, R2). Method: programs that
 * try to, and a realm driven directly where its memory must be seen.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Budget } from "#runtime/sandbox/budget.js";
import { resolveLimits, type SandboxOptions } from "#runtime/sandbox/limits.js";
import { Realm } from "#runtime/sandbox/realm.js";
import { FAKE_GUEST } from "./support/guest.js";
import { done, one, openTestSandbox, program, request, say, verdict } from "./support/world.js";

test("each execution has its own module state", async (t) => {
  const sandbox = await openTestSandbox(t);
  const counter = program(`count++; host.log("info", String(count));`, "let count = 0;");
  await sandbox.load(counter);
  for (const execution of ["w/a", "w/b"]) {
    assert.equal(done(await one(sandbox, request(counter, execution, [say("go")]))).logs[0]?.text, "1");
  }
  const again = await one(sandbox, request(counter, "w/a", [say("go")], { bring: "live" }));
  assert.equal(done(again).logs[0]?.text, "2");
});

test("executions cannot meet through a built-in object", async (t) => {
  const sandbox = await openTestSandbox(t);
  const meddler = program(`
    "use strict";
    const attempts = {
      method: () => { Array.prototype.sum = () => 42; },
      replaced: () => { Object.prototype.toString = () => "mine"; },
      iterator: () => { Object.getPrototypeOf([][Symbol.iterator]()).next = null; },
      constructor: () => { Map.shared = 1; },
      generator: () => { Object.getPrototypeOf(function* () {}).prototype.next = null; },
      math: () => { Math.PI = 3; },
      define: () => { Object.defineProperty(Error.prototype, "name", { value: "mine" }); },
      setter: () => { Object.getOwnPropertyDescriptor(Error.prototype, "name").set.call(Error.prototype, "mine"); },
    };
    for (const [name, attempt] of Object.entries(attempts)) {
      try { attempt(); host.log("error", name + " succeeded"); } catch (error) { if (!(error instanceof TypeError)) throw error; }
    }`);
  await sandbox.load(meddler);
  const reply = done(await one(sandbox, request(meddler, "w/a", [say("go")])));
  assert.deepEqual([reply.logs, reply.commands], [[], []]);
});

test("hardening leaves ordinary programs their ways", async (t) => {
  const sandbox = await openTestSandbox(t);
  const ordinary = program(`
    "use strict";
    class Mine extends Error { constructor(text) { super(text); this.name = "Mine"; } }
    const error = new Mine("text");
    const object = {}; object.toString = () => "own"; object.constructor = 5; object.name = "n";
    function Old() {} Old.prototype.toString = () => "old"; Old.prototype.constructor = Old;
    class Base { toString() { return "base"; } } class Derived extends Base { valueOf() { return 7; } }
    const list = [3, 1, 2]; list.sort(); list.name = "list";
    const fn = () => 1; Object.defineProperty(fn, "name", { value: "renamed" });
    const checks = [error.name, error.message, String(error), error instanceof Mine, String(object), object.constructor,
      Object.keys(object).join(), String(new Old()), new Derived() + 1, String(new Derived()), list.join(), fn.name, [].toString(),
      JSON.stringify(new Map([[1, 2]]).constructor === Map), String(new TypeError("t")), Object.keys(error).join()];
    host.log("info", checks.join("|"));`);
  await sandbox.load(ordinary);
  const reply = done(await one(sandbox, request(ordinary, "w/a", [say("go")])));
  assert.equal(
    reply.logs[0]?.text,
    "Mine|text|Mine: text|true|own|5|toString,constructor,name|old|8|base|1,2,3|renamed||true|TypeError: t|name",
  );
});

test("local time is UTC and the clock stands still", async (t) => {
  const zone = process.env.TZ;
  process.env.TZ = "America/New_York";
  t.after(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  assert.notEqual(new Date(0).getTimezoneOffset(), 0, "the test needs a host that is not on UTC");
  const sandbox = await openTestSandbox(t);
  const clock = program(`
    const noon = new Date(2024, 6, 1, 12);
    host.log("info", [Date.now(), noon.toISOString(), noon.getTimezoneOffset(), String(new Date(0)), new Date(0).getHours()].join("|"));`);
  await sandbox.load(clock);
  const reply = done(await one(sandbox, request(clock, "w/a", [say("go")])));
  const midnight = "Thu Jan 01 1970 00:00:00 GMT+0000";
  assert.equal(reply.logs[0]?.text.replace(" (UTC)", ""), `0|2024-07-01T12:00:00.000Z|0|${midnight}|0`);
});

test("nothing of the host can be reached", async (t) => {
  const sandbox = await openTestSandbox(t);
  const names = [
    "process",
    "require",
    "fetch",
    "setTimeout",
    "console",
    "WebAssembly",
    "performance",
    "Buffer",
    "std",
    "os",
  ];
  const seeker = program(`
    const found = ${JSON.stringify(names)}.filter((name) => name in globalThis);
    let module = "no";
    import("node:fs").then(() => { module = "yes"; }, () => {});
    host.log("info", found.join() + module);`);
  await sandbox.load(seeker);
  assert.equal(done(await one(sandbox, request(seeker, "w/a", [say("go")]))).logs[0]?.text, "no");
});

function bootRealm(handler: string, options: SandboxOptions = {}): Promise<Realm> {
  const { workers: _, ...limits } = resolveLimits({ memoryBytes: 64 * 1024 * 1024, ...options });
  const settings = { limits, guestCode: FAKE_GUEST, harden: true, budget: new Budget(), announce: () => undefined };
  return Realm.boot(program(handler), settings);
}

function turnText(execution: string, bring: string): string {
  const batches = [{ now: 1, events: [say("go")] }];
  return JSON.stringify({ execution, bring, batches, write: false });
}

test("10,000 executions made and dropped leave no memory in use behind", async () => {
  const realm = await bootRealm("host.state.list = new Array(500).fill({});");
  const round = (count: number): void => {
    for (let index = 0; index < count; index++) {
      const execution = `w/${index}`;
      realm.live.add(execution);
      assert.equal(realm.turn(turnText(execution, "fresh"), undefined, 1000).kind, "text");
      assert.ok(realm.drop(execution, 1000));
    }
  };
  round(500);
  const before = realm.memoryBytes;
  round(10_000);
  assert.equal(realm.memoryBytes, before);
  assert.equal(realm.live.size, 0);
  realm.dispose();
});

test("a realm is disposed without an abort after every way a turn can end", async () => {
  const handler = `
    const step = (host.state.step = (host.state.step ?? 0) + 1);
    if (step === 1) host.log("info", "x".repeat(200000));
    if (step === 2) for (;;);
    if (step === 3) { const down = () => down() + 1; down(); }`;
  // The main thread has a stack for this one, which is smaller than that of engine threads.
  const realm = await bootRealm(handler, { stackBytes: 64 * 1024 });
  const turn = (bring: string, budgetMs = 5000): string => realm.turn(turnText("w/a", bring), undefined, budgetMs).kind;
  assert.deepEqual([turn("fresh"), turn("live", 30), turn("live")], ["text", "interrupted", "text"]);
  assert.equal(realm.turn("not JSON", undefined, 5000).kind, "threw");
  assert.equal(realm.turn(turnText("w/unknown", "live"), undefined, 5000).kind, "threw");
  realm.dispose();
});

test("a realm that overflows its thread's own stack says that it is broken", async () => {
  // The main thread's stack is a thirtieth of what this guest stack would need.
  const realm = await bootRealm("const down = () => [1].map(down); down();", { stackBytes: 1024 * 1024 });
  const outcome = realm.turn(turnText("w/a", "fresh"), undefined, 5000);
  assert.equal(outcome.kind, "broken");
});

test("an execution that moves to another program leaves its old instance", async (t) => {
  const sandbox = await openTestSandbox(t);
  const [first, second] = [program(`host.log("info", "first")`), program(`host.log("info", "second")`)];
  await sandbox.load(first);
  await sandbox.load(second);
  done(await one(sandbox, request(first, "w/a", [say("go")])));
  assert.equal(verdict(await one(sandbox, request(second, "w/a", [say("go")], { bring: "live" }))), "lost");
  assert.equal(done(await one(sandbox, request(second, "w/a", [say("go")]))).logs[0]?.text, "second");
  assert.equal(verdict(await one(sandbox, request(first, "w/a", [say("go")], { bring: "live" }))), "lost");
});
