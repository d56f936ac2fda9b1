/**
 * Goal: much work that is due at once holds up nobody who comes later. Method: activations and commits are counted, not
 * time.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { DEFAULT_LIMITS } from "#runtime/engine/limits.js";
import { prune } from "#runtime/engine/retention.js";
import { NO_DECLARATIONS } from "#runtime/protocol/declarations.js";
import { encode } from "#runtime/protocol/value.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Store } from "#runtime/store/store.js";
import { temporaryFolder } from "../support/temp.js";
import { ok, openWorld, type Script, START, until } from "./fakes.js";
import { collector } from "./scripts.js";

/** Sleeps a second, then closes. */
const sleeper: Script = ({ event, now, timer, close }) => {
  if (event.kind === "start") timer(now + 1000);
  if (event.kind === "timer") close(ok());
};
const once: Script = ({ event, close }) => {
  if (event.kind === "start") close(ok());
};

const STORM = 400;

test("a signal that comes in the middle of a storm of due timers is answered long before the storm is over", async () => {
  const limits = { timerWindow: 20, preparing: 16, batchSize: 4 };
  const { engine, sandbox, clock, database } = await openWorld({ sleeper, collector }, { limits, cacheSize: 0 });
  await engine.start({ workflow: "collector", name: "c", input: encode(null) });
  const names = Array.from({ length: STORM }, (_, n) => `n${n}`);
  await Promise.all(names.map((name) => engine.start({ workflow: "sleeper", name, input: encode(null) })));
  await engine.idle();
  const before = sandbox.requests.length;
  const over = clock.advanceTo(START + 1000);
  await until(() => sandbox.requests.length > before + limits.timerWindow);
  const sent = sandbox.requests.length;
  await engine.signal("collector/c", "hello", encode(1));
  const waited = sandbox.requests.length - sent;
  assert.ok(database.data.timers.length > STORM / 2, `${database.data.timers.length} timers are still to fire`);
  const most = limits.timerWindow + 2 * limits.preparing + 2 * limits.batchSize;
  assert.ok(waited <= most, `${waited} activations came before it`);
  await over;
  assert.deepEqual(database.data.timers, [], "and the storm passes");
});

/** Five tasks, one after the other. */
const walker: Script = ({ state, event, task, close }) => {
  const left = event.kind === "start" ? 5 : Number(state.left) - 1;
  state.left = left;
  if (left === 0) close(ok());
  else task("step");
};

test("in a storm of ten thousand due timers each step of a short execution is its turn within a bounded number of others", async (t) => {
  const store = await openStore(join(await temporaryFolder(t), "storm.db"), { synchronous: "normal" });
  const { engine, sandbox, clock } = await openWorld({ sleeper, walker }, { store, cacheSize: 100 });
  t.after(() => engine.close());
  const names = Array.from({ length: 10_000 }, (_, n) => `n${n}`);
  await Promise.all(names.map((name) => engine.start({ workflow: "sleeper", name, input: encode(null) })));
  await engine.idle();
  const before = sandbox.requests.length;
  const over = clock.advanceTo(START + 1000);
  await until(() => sandbox.requests.length > before + 1000);
  await engine.start({ workflow: "walker", name: "w", input: encode(null) });
  await engine.result("walker/w");
  const after = sandbox.requests.length;
  await over;
  const { timerWindow, preparing, batchSize, batchesInFlight } = DEFAULT_LIMITS;
  // Its timers are read by windows, its activations prepared and sent in batches: what is ahead of it is that much.
  const most = timerWindow + preparing + (batchesInFlight + 1) * batchSize;
  const steps = sandbox.requests.flatMap(({ execution }, at) => (execution === "walker/w" ? [at] : []));
  assert.equal(steps.length, 6);
  for (const [n, at] of steps.entries()) {
    const waited = at - (steps[n - 1] ?? before + 1000);
    assert.ok(waited <= most, `step ${n} waited for ${waited} others`);
  }
  assert.ok(after < sandbox.requests.length, "it ends while others are still to be woken");
  assert.equal(sandbox.requests.length - before, 10_000 + steps.length, "each is woken once");
});

test("closed executions are removed in bounded commits, between which others are served", async () => {
  const { engine, database } = await openWorld({ once, collector });
  const count = 180;
  const names = Array.from({ length: count }, (_, n) => `n${n}`);
  await Promise.all(names.map((name) => engine.start({ workflow: "once", name, input: encode(null) })));
  await engine.start({ workflow: "collector", name: "c", input: encode(null) });
  const inner = database.open();
  const store: Store = {
    ...inner,
    // A read takes turns of the event loop, as one of a file does.
    async prunable(query) {
      for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
      return await inner.prunable(query);
    },
  };
  const from = database.commits.length;
  const signals: Promise<void>[] = [];
  const declarations = { ...NO_DECLARATIONS, retentions: () => new Map([["once", 0]]) };
  const removed = await prune({ store, declarations }, START + 1000, {}, () => {
    signals.push(engine.signal("collector/c", "hello", encode(signals.length)));
    return true;
  });
  await Promise.all(signals);
  assert.equal(removed.executions, count);
  const kinds = database.commits
    .slice(from)
    .map((writes) => writes.filter(({ kind }) => kind === "removeExecution").length);
  const batches = kinds.filter((length) => length > 0);
  assert.ok(batches.length >= 4 && Math.max(...batches) <= 50, `batches of ${batches.join(", ")}`);
  const last = kinds.lastIndexOf(batches.at(-1) ?? 0);
  assert.ok(kinds.indexOf(0) >= 0 && kinds.indexOf(0) < last, "a signal was stored in between");
});

test("requests beyond what may wait are refused at once, with a code; those that wait are served", async () => {
  const limits = { waitingRequests: 3, payloadUnits: 100 };
  const { engine, database } = await openWorld({ once, collector }, { limits });
  await engine.start({ workflow: "collector", name: "c", input: encode(null) });
  const release = database.hold();
  const waiting = [0, 1, 2].map((n) => engine.signal("collector/c", "hello", encode(n)));
  await assert.rejects(engine.signal("collector/c", "hello", encode(3)), { code: "EV8022" });
  await assert.rejects(engine.start({ workflow: "once", name: "late", input: encode(null) }), { code: "EV8022" });
  release();
  await Promise.all(waiting);
  await assert.rejects(engine.signal("collector/c", "hello", encode("x".repeat(101))), { code: "EV8021" });
  await engine.signal("collector/c", "hello", encode(4));
  await engine.signal("collector/c", "stop", encode(null));
  assert.deepEqual((await engine.result("collector/c")).outcome, ok([0, 1, 2, 4]), "what was refused did not happen");
});
