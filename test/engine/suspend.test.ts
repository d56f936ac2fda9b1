import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "#runtime/protocol/value.js";
import type { ActivationReply } from "#runtime/sandbox/sandbox.js";
import { DAY, ok, openWorld, START } from "./fakes.js";
import { collector, reminder, steps } from "./scripts.js";

const SUSPEND: ActivationReply = {
  kind: "suspend",
  reason: { code: "EV5001", message: "it ran too long", remedy: "Mend the loop." },
};

test("a suspended execution keeps what it was given in its inbox, and says why", async () => {
  const { engine, database, sandbox } = await openWorld({ collector });
  await engine.start({ workflow: "collector", name: "a", input: encode(null) });
  sandbox.intercept = () => SUSPEND;
  await Promise.all([0, 1].map((value) => engine.signal("collector/a", "s", encode(value))));
  const row = await engine.result("collector/a");
  assert.equal(row.status, "SUSPENDED");
  assert.equal(row.reason?.code, "EV5001");
  await engine.signal("collector/a", "s", encode(2));
  assert.deepEqual(
    database.data.inbox.map(({ event }) => event.kind === "signal" && event.payload),
    ["j0", "j1", "j2"],
  );
  assert.match(database.logTexts().at(-1) ?? "", /EV5001: suspended/);
});

test("a fired timer and a task result become inbox entries of a suspended execution", async () => {
  const { engine, database, sandbox, clock, pool } = await openWorld({ reminder, steps }, { answer: () => undefined });
  await engine.start({ workflow: "reminder", name: "a", input: encode(null) });
  await engine.start({ workflow: "steps", name: "b", input: encode(1) });
  sandbox.intercept = () => SUSPEND;
  pool.settle(pool.calls[0]?.ref ?? "", ok("x"));
  await engine.result("steps/b");
  await clock.advanceTo(START + DAY);
  await engine.result("reminder/a");
  assert.deepEqual(database.data.timers, []);
  assert.deepEqual(database.data.tasks, []);
  assert.deepEqual(database.data.inbox.map(({ event }) => event.kind).sort(), ["task", "timer"]);
});

test("a result that comes after the suspension goes to the inbox", async () => {
  const { engine, database, sandbox, pool } = await openWorld({ steps }, { answer: () => undefined });
  await engine.start({ workflow: "steps", name: "b", input: encode(1) });
  sandbox.intercept = () => SUSPEND;
  await engine.signal("steps/b", "s", encode(null));
  pool.settle(pool.calls[0]?.ref ?? "", ok("x"));
  await engine.idle();
  assert.deepEqual(
    database.data.inbox.map(({ event }) => event.kind),
    ["signal", "task"],
  );
  assert.deepEqual(database.data.tasks, []);
});

test("an execution whose first activation is suspended exists, with its start in the inbox", async () => {
  const { engine, database, sandbox } = await openWorld({ steps });
  sandbox.intercept = () => SUSPEND;
  await engine.start({ workflow: "steps", name: "a", input: encode(1) });
  assert.equal((await engine.show("steps/a")).status, "SUSPENDED");
  assert.deepEqual(
    database.data.inbox.map(({ event }) => event.kind),
    ["start"],
  );
});

test("a lost activation is run again from what is committed", async () => {
  const { engine, sandbox, pool } = await openWorld({ steps });
  let number = 0;
  sandbox.intercept = () => (++number % 3 === 0 ? undefined : { kind: "lost" });
  await engine.start({ workflow: "steps", name: "a", input: encode(4) });
  const row = await engine.result("steps/a");
  assert.deepEqual(row.outcome, { ok: true, value: encode(4) });
  assert.equal(pool.calls.length, 4);
});

test("an execution that loses its sandbox again and again is suspended", async () => {
  const { engine, sandbox } = await openWorld({ steps, collector });
  await engine.start({ workflow: "collector", name: "other", input: encode(null) });
  sandbox.intercept = ({ execution }) => (execution === "steps/a" ? { kind: "lost" } : undefined);
  await engine.start({ workflow: "steps", name: "a", input: encode(4) });
  const row = await engine.result("steps/a");
  assert.equal(row.status, "SUSPENDED");
  assert.equal(row.reason?.code, "EV8008");
  await engine.signal("collector/other", "stop", encode(null));
  assert.equal((await engine.result("collector/other")).status, "SUCCEEDED");
});

test("an activation that the sandbox refuses as a whole is tried again", async () => {
  const { engine, sandbox, problems } = await openWorld({ steps }, { free: true });
  let failures = 2;
  sandbox.intercept = () => {
    if (failures-- > 0) throw new Error("the thread is gone");
    return undefined;
  };
  await engine.start({ workflow: "steps", name: "a", input: encode(1) });
  assert.equal((await engine.result("steps/a")).status, "SUCCEEDED");
  assert.equal(problems.length, 2);
});
