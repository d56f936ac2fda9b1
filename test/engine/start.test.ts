import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "#runtime/protocol/value.js";
import { openWorld, program, START } from "./fakes.js";
import { collector, steps } from "./scripts.js";

const quiet = { answer: () => undefined };

test("the same name and input is the same execution, at once, at the same time and after it closed", async () => {
  const { engine, database } = await openWorld({ steps });
  const request = { workflow: "steps", name: "a", input: encode({ x: 1, y: 2 }) };
  const [first, second] = await Promise.all([engine.start(request), engine.start(request)]);
  assert.deepEqual([first?.existing, second?.existing], [false, true]);
  await engine.idle();
  assert.equal((await engine.start({ ...request, input: encode({ y: 2, x: 1 }) })).existing, true);
  assert.equal(database.data.executions.size, 1);
});

test("another input for the same name is a conflict", async () => {
  const { engine } = await openWorld({ steps }, quiet);
  const first = engine.start({ workflow: "steps", name: "a", input: encode(1) });
  await assert.rejects(engine.start({ workflow: "steps", name: "a", input: encode(2) }), { code: "EV8002" });
  await first;
  await assert.rejects(engine.start({ workflow: "steps", name: "a", input: encode(2) }), { code: "EV8002" });
});

test("an unknown workflow is refused with the known ones", async () => {
  const { engine } = await openWorld({ steps, collector });
  await assert.rejects(engine.start({ workflow: "stepz", input: encode(1) }), {
    code: "EV8001",
    message: /known are: collector, steps/,
  });
  await assert.rejects(engine.start({ workflow: "steps", program: "b".repeat(64), input: encode(1) }), {
    code: "EV8009",
  });
  const known = await engine.start({
    workflow: "steps",
    program: program(["steps", "collector"]).hash,
    input: encode(0),
  });
  assert.equal(known.existing, false);
});

test("names are any text but empty, endless or with control characters", async () => {
  const { engine } = await openWorld({ steps }, quiet);
  const start = (name: string) => engine.start({ workflow: "steps", name, input: encode(1) });
  assert.equal((await start("Grüße / 你好 🎉 %2F")).executionId, "steps/Grüße / 你好 🎉 %2F");
  for (const name of ["", "a\nb", "\u0000", "x".repeat(513), "\ud800"]) {
    await assert.rejects(start(name), { code: "EV8003" }, JSON.stringify(name));
  }
});

test("a name is made up when none is given, and the start event tells who the execution is", async () => {
  const { engine, sandbox } = await openWorld({ steps }, quiet);
  const one = await engine.start({ workflow: "steps", input: encode(1) });
  const two = await engine.start({ workflow: "steps", input: encode(1) });
  assert.notEqual(one.executionId, two.executionId);
  const event = sandbox.requests[0]?.events[0];
  assert.equal(event?.kind, "start");
  if (event?.kind !== "start") return;
  assert.deepEqual(event.execution, {
    id: one.executionId,
    name: one.executionId.slice("steps/".length),
    startTime: new Date(START).toISOString(),
  });
  assert.match(event.seed, /^[0-9a-f]{32}$/);
});

test("new executions take the newest program that has the workflow", async () => {
  const { engine } = await openWorld({ steps }, quiet);
  const newer = program(["steps"], "a newer compiler");
  await engine.deploy(newer, "/nowhere");
  await engine.start({ workflow: "steps", name: "a", input: encode(1) });
  assert.equal((await engine.show("steps/a")).program, newer.hash);
});

test("a program for another runtime is refused", async () => {
  const { engine } = await openWorld({ steps });
  const foreign = program(["steps"]);
  const deployed = engine.deploy({ ...foreign, manifest: { ...foreign.manifest, abi: 99 } }, "/nowhere");
  await assert.rejects(deployed, { code: "EV8010" });
});
