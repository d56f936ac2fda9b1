/** One call: what a handler gets, and what becomes of what it returns or throws. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UnserializableError } from "#runtime/protocol/errors.js";
import { Harness, programOf } from "./support.js";

test("a handler gets its input and its result comes back", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`task("add", async ({ a, b }) => a + b);`);
  await harness.pool.load(program);
  assert.equal(await harness.run(program, "add", { a: 1, b: 2 }), 3);
  assert.equal(harness.pool.pending, 0);
});

test("results of every shape come back: none, falsy, thenable, not a promise", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    task("nothing", async () => {});
    task("zero", () => 0);
    task("thenable", () => ({ then: (resolve) => resolve("later") }));
    task("rich", (input) => new Map([["date", new Date(0)], ["big", 10n], ["input", input]]));
  `);
  await harness.pool.load(program);
  assert.equal(await harness.run(program, "nothing"), undefined);
  assert.equal(await harness.run(program, "zero"), 0);
  assert.equal(await harness.run(program, "thenable"), "later");
  const rich = await harness.run(program, "rich", new Set([Number.NaN]));
  const expected = new Map<string, unknown>([
    ["date", new Date(0)],
    ["big", 10n],
    ["input", new Set([Number.NaN])],
  ]);
  assert.deepEqual(rich, expected);
});

test("a handler's context says for whom it runs", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    task("context", (input, { signal, heartbeat, ...context }) => ({ ...context, aborted: signal.aborted, isSignal: signal instanceof AbortSignal }));
  `);
  await harness.pool.load(program);
  const context = {
    executionId: "checkout/1",
    workflowName: "checkout",
    scheduledTime: "2027-01-01T00:00:00.000Z",
    retry: 2,
    idempotencyKey: "key",
    token: "t",
  };
  assert.deepEqual(await harness.run(program, "context", undefined, { context }), {
    execution: { id: "checkout/1", workflowName: "checkout" },
    task: { name: "context" },
    invocation: { scheduledTime: "2027-01-01T00:00:00.000Z", retry: 2, idempotencyKey: "key", token: "t" },
    aborted: false,
    isSignal: true,
  });
});

test("an error arrives with class, message, stack, own fields and cause, thrown or rejected", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    const fail = () => { throw Object.assign(new RangeError("too big", { cause: new TypeError("inner") }), { limit: 7 }); };
    task("throws", fail);
    task("rejects", async () => { await null; fail(); });
  `);
  await harness.pool.load(program);
  for (const task of ["throws", "rejects"]) {
    await assert.rejects(harness.run(program, task), (error) => {
      assert.ok(error instanceof RangeError);
      assert.equal(error.message, "too big");
      assert.match(error.stack ?? "", /RangeError: too big\n.*at fail /);
      assert.doesNotMatch(error.stack ?? "", /runtime\/tasks|node:/, "only the author's frames");
      assert.equal(Reflect.get(error, "limit"), 7);
      assert.ok(error.cause instanceof TypeError);
      return true;
    });
  }
});

test("an error of a user's class keeps its name", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    class OutOfStock extends Error { name = "OutOfStock"; sku = "A-1"; }
    task("buy", async () => { throw new OutOfStock("no more"); });
  `);
  await harness.pool.load(program);
  await assert.rejects(harness.run(program, "buy"), { name: "OutOfStock", message: "no more", sku: "A-1" });
});

test("what is thrown and is no error stays what it is", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`task("throws", async (value) => { throw value; });`);
  await harness.pool.load(program);
  for (const value of [undefined, null, "text", 17, { code: 3 }]) {
    await assert.rejects(harness.run(program, "throws", value), (thrown) => {
      assert.deepEqual(thrown, value);
      return true;
    });
  }
});

test("a result that cannot be copied is an error that names task and path", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`task("leak", async () => ({ items: [1, { onDone() {} }] }));`);
  await harness.pool.load(program);
  await assert.rejects(harness.run(program, "leak"), (error) => {
    assert.ok(error instanceof UnserializableError);
    assert.equal(error.code, "EV7013");
    assert.match(error.message, /task "leak".*result\.items\[1\]\.onDone/);
    return true;
  });
});

test("a thrown error loses only the fields that cannot be copied", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    task("request", async () => { throw Object.assign(new Error("refused"), { status: 503, retry() {} }); });
  `);
  await harness.pool.load(program);
  await assert.rejects(harness.run(program, "request"), (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.message, "refused");
    assert.equal(Reflect.get(error, "status"), 503);
    assert.equal("retry" in error, false);
    return true;
  });
});

test("thrown values that cannot be copied at all are still answered", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    task("function", async () => { throw () => {}; });
    task("trap", async () => { throw Object.defineProperty(new Error("x"), "field", { enumerable: true, get() { throw new Error("trap"); } }); });
    task("trapped result", async () => ({ get field() { throw new Error("trap"); } }));
  `);
  await harness.pool.load(program);
  await assert.rejects(harness.run(program, "function"), { name: "UnserializableError" });
  await assert.rejects(harness.run(program, "trap"));
  await assert.rejects(harness.run(program, "trapped result"));
});

test("handler and caller have their own copies", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    const kept = [];
    task("keep", (list) => { list.push("changed"); kept.push(list); return kept; });
  `);
  await harness.pool.load(program);
  const input = ["given"];
  assert.deepEqual(await harness.run(program, "keep", input), [["given", "changed"]]);
  assert.deepEqual(input, ["given"]);
  const second = await harness.run(program, "keep", input);
  assert.deepEqual(second, [
    ["given", "changed"],
    ["given", "changed"],
  ]);
});

test("a task that the program does not have is an error that names those it has", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`task("send", async () => {}); task("fetch", async () => {});`);
  await harness.pool.load(program);
  await assert.rejects(harness.run(program, "sned"), {
    name: "TaskNotFound",
    code: "EV7011",
    message: 'the program has no task "sned" (it has send, fetch)',
  });
});

test("an input that is no encoded value is an error of that call alone", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`task("echo", async (value) => value);`);
  await harness.pool.load(program);
  await assert.rejects(harness.run(program, "echo", undefined, { input: "damaged" }), TypeError);
  assert.equal(await harness.run(program, "echo", 1), 1);
});

test("code that a handler calls finds the task's context, each call its own", async (t) => {
  const harness = new Harness(t);
  const program = programOf(`
    const { taskContext } = globalThis[Symbol.for("eventual.host")];
    const deep = async () => { await null; return taskContext().invocation.idempotencyKey; };
    task("key", async (input, ctx) => [await deep(), ctx.invocation.idempotencyKey]);
    task("outside", () => { try { return globalThis.outside(); } catch (error) { return error.code; } });
    try { taskContext(); } catch (error) { globalThis.outside = () => { throw error; }; }
  `);
  await harness.pool.load(program);
  const pairs = (await Promise.all([harness.run(program, "key"), harness.run(program, "key")])) as [string, string][];
  for (const [found, given] of pairs) assert.equal(found, given);
  assert.equal(await harness.run(program, "outside"), "EV7005");
});
