/**
 * Task handlers that hang, end their thread, or give what cannot be passed on: the workflow gets an error that says so
 * and goes on; what must run once runs once; other executions do not notice.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "#runtime/engine/clock.js";
import { open, site } from "./support.js";

const CASES: Readonly<Record<string, { readonly outcome: RegExp; readonly runs: number }>> = {
  exits: { outcome: /^TaskInterrupted EV7020: .*3 threads died.*process\.exit\(3\)/, runs: 3 },
  "once exits": { outcome: /^TaskInterrupted EV7020: .*process\.exit\(3\)/, runs: 1 },
  "once throws later": { outcome: /^TaskInterrupted EV7020: .*nobody catches this/, runs: 1 },
  "gives a function": { outcome: /^UnserializableError EV7013: .*result\.deep\[0\]/, runs: 1 },
  "gives too much": { outcome: /^UnserializableError EV7013: .*4000000\d characters; at most 16777216/, runs: 1 },
  "throws too much": { outcome: /^UnserializableError EV7013: .*at most 16777216/, runs: 1 },
};

test("a handler that goes wrong is an error of its call, and of nothing else", async (t) => {
  const place = await site(t);
  const world = await open(t, "tasks", place, { clock: systemClock });
  for (const [way, { outcome, runs }] of Object.entries(CASES)) {
    const before = place.notes().length;
    const id = await world.start("caller", way, way);
    const neighbour = await world.start("neighbour", way);
    const ending = await world.ending(id);
    assert.match(ending, /^SUCCEEDED \[".*",2\]$/, `${way}: the workflow goes on`);
    assert.match((JSON.parse(ending.slice("SUCCEEDED ".length)) as string[])[0] ?? "", outcome);
    assert.equal(await world.ending(neighbour), "SUCCEEDED 20");
    assert.equal(place.notes().length - before, runs, `${way}: runs`);
  }
  assert.deepEqual(world.problems, []);
});

test("a handler that never yields holds up nobody, and ends with the engine", async (t) => {
  const place = await site(t);
  const world = await open(t, "tasks", place, { clock: systemClock });
  const id = await world.start("caller", "hangs", "once hangs");
  for (let n = 0; n < 5; n++) assert.equal(await world.ending(await world.start("neighbour", `${n}`)), "SUCCEEDED 20");
  assert.equal((await world.engine.show(id)).status, "IN_PROGRESS");
  await world.close();
  // It may have run: the next engine does not run it again, and says so.
  const next = await open(t, "tasks", place, { clock: systemClock });
  assert.match(await next.ending(id), /^SUCCEEDED \["TaskInterrupted/);
  assert.equal(place.notes().length, 1);
});

test("a handler that leaves timers and sockets open gives its result, and keeps neither the engine nor its threads", async (t) => {
  const place = await site(t);
  const world = await open(t, "tasks", place, { clock: systemClock });
  for (let n = 0; n < 3; n++) {
    const id = await world.start("caller", `leak ${n}`, "leaves handles open");
    assert.equal(await world.ending(id), 'SUCCEEDED ["gave number",2]');
  }
  await world.close();
  assert.deepEqual(world.deaths, []);
  assert.deepEqual(world.problems, []);
});
