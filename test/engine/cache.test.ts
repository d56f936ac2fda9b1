import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckpointMode } from "#runtime/engine/engine.js";
import { encode } from "#runtime/protocol/value.js";
import type { Write } from "#runtime/store/store.js";
import { DAY, openWorld, type Script, START, type WorldOptions } from "./fakes.js";
import { collector, relay, reminder, steps } from "./scripts.js";

const scripts = { collector, relay, reminder, steps };

/** What the outside sees of a run: commands and logs per execution, without how the state is kept. */
async function trace(options: WorldOptions): Promise<unknown> {
  const { engine, database, clock } = await openWorld(scripts, options);
  for (const name of ["a", "b", "c"]) {
    await engine.start({ workflow: "collector", name, input: encode(null) });
    await engine.start({ workflow: "relay", name, input: encode(`collector/${name}`) });
    await engine.start({ workflow: "reminder", name, input: encode(null) });
    await engine.start({ workflow: "steps", name, input: encode(5) });
  }
  for (let day = 1; day <= 6; day++) {
    await clock.advanceTo(START + day * DAY);
    for (const name of ["a", "b", "c"]) await engine.signal(`relay/${name}`, "s", encode(day));
    await engine.idle();
  }
  const seen = new Map<number, unknown[]>();
  for (const write of database.commits.flat()) {
    const entry = visible(write);
    if (entry !== undefined) seen.set(entry.execution, [...(seen.get(entry.execution) ?? []), entry]);
  }
  await engine.close();
  return [...seen.entries()].sort(([a], [b]) => a - b);
}

function visible(write: Write): { execution: number } | undefined {
  switch (write.kind) {
    case "addTimer":
      return write.timer;
    case "addTask":
    case "removeTask":
    case "removeTimer":
    case "addLog":
    case "addInbox":
    case "setStatus":
      return write;
    default:
      return undefined;
  }
}

test("every cache size and checkpoint mode gives the same commands", async () => {
  const expected = await trace({ cacheSize: 100, checkpoint: "never" });
  for (const cacheSize of [0, 1, 3, 100]) {
    for (const checkpoint of ["auto", "always", "never"] satisfies CheckpointMode[]) {
      assert.deepEqual(await trace({ cacheSize, checkpoint }), expected, `cache ${cacheSize}, ${checkpoint}`);
    }
  }
});

test("always with no cache restores from the checkpoint alone, every time", async () => {
  const { engine, sandbox, database } = await openWorld(scripts, { cacheSize: 0, checkpoint: "always" });
  await engine.start({ workflow: "steps", name: "a", input: encode(5) });
  await engine.result("steps/a");
  assert.equal(sandbox.live.size, 0);
  for (const { bring, drop, write } of sandbox.requests.slice(1)) {
    assert.ok(bring !== "live" && bring.checkpoint !== null && bring.tail.length === 0);
    assert.ok(drop && write);
  }
  const kinds = database.commits.flat().map(({ kind }) => kind);
  assert.ok(!kinds.includes("appendTail"));
});

test("never writes no checkpoint, not even at the end", async () => {
  const { engine, database } = await openWorld(scripts, { cacheSize: 1, checkpoint: "never" });
  await engine.start({ workflow: "reminder", name: "a", input: encode(null) });
  await engine.start({ workflow: "reminder", name: "b", input: encode(null) });
  await engine.close();
  assert.ok(!database.commits.flat().some(({ kind }) => kind === "putCheckpoint"));
});

test("no more instances stay live than the cache holds", async () => {
  const { engine, sandbox } = await openWorld(scripts, { cacheSize: 3 });
  for (let index = 0; index < 20; index++) {
    await engine.start({ workflow: "collector", name: `n${index}`, input: encode(null) });
    await engine.idle();
    assert.ok(sandbox.live.size <= 3, `${sandbox.live.size} live`);
  }
});

test("an execution whose tail has become dear is written when it leaves the cache", async () => {
  const { engine, database } = await openWorld(scripts, { cacheSize: 1 });
  await engine.start({ workflow: "collector", name: "a", input: encode(null) });
  for (let index = 0; index < 48; index++) await engine.signal("collector/a", "s", encode(index));
  assert.equal(database.data.executions.get(1)?.checkpoint, undefined);
  await engine.start({ workflow: "collector", name: "b", input: encode(null) });
  await engine.idle();
  assert.equal(database.data.executions.get(1)?.checkpoint?.n, 49);
  assert.deepEqual(database.data.executions.get(1)?.tail, []);
});

test("what cannot be stored is logged once, and the tail kept", async () => {
  const stubborn: Script = ({ state, event, log }) => {
    if (event.kind === "start") state.unserializable = "frame main → local conn";
    if (event.kind === "signal") log("got one");
  };
  const { engine, database } = await openWorld({ stubborn }, { cacheSize: 0, checkpoint: "always" });
  await engine.start({ workflow: "stubborn", name: "a", input: encode(null) });
  for (let index = 0; index < 5; index++) await engine.signal("stubborn/a", "s", encode(index));
  const warnings = database.data.logs.filter(({ level }) => level === "warn");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]?.text ?? "", /EV8013: .*frame main → local conn is a socket/);
  assert.equal(database.data.executions.get(1)?.tail.length, 6);
});
