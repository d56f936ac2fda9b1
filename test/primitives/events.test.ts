/** Events: schemas, once into each subscription's queue, retries of handlers, dead letters. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openOffline } from "#runtime/engine/open.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { temporaryFolder } from "../support/temp.js";
import { open, START, WAYS } from "./support.js";

async function notes(t: TestContext): Promise<() => string[]> {
  const file = join(await temporaryFolder(t), "notes.txt");
  process.env.NOTES = file;
  t.after(() => {
    delete process.env.NOTES;
  });
  return () => (existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").sort() : []);
}

for (const { way, ...options } of WAYS) {
  test(`events of workflows, tasks and handlers reach each subscription once, if they fit (${way})`, async (t) => {
    const read = await notes(t);
    const world = await open(t, "events", options);
    const { value } = await world.outcome(await world.start("order", "o", "o"));
    const [told, code, message, late] = value as string[];
    assert.deepEqual([told, code, late], ["paid", "EV7030", 'the event "late" does not fit its schema: a.0: not good']);
    assert.match(message ?? "", /the event "placed" does not fit its schema: cents: /);
    await world.engine.idle();
    assert.deepEqual(read(), [
      "book placed o/a 5 0",
      "book placed o/b 100 0",
      'mail late "better" mail',
      'mail paid {"execution":"order/o"} mail',
      'mail placed {"id":"o/a","cents":5} mail',
      'mail placed {"id":"o/b","cents":100} mail',
    ]);
  });
}

test("a handler that throws is tried again with pauses; what no attempt can handle is a dead letter", async (t) => {
  const read = await notes(t);
  const world = await open(t, "events");
  await world.outcome(await world.start("emitting", [0, 1, 7]));
  await world.engine.idle();
  const tries = (n: number): string[] => read().filter((line) => line.startsWith(`fussy ${n} `));
  assert.deepEqual([tries(0).length, tries(1).length, tries(7).length], [1, 1, 1]);
  // Rests outlive the engine.
  const next = await world.reopen();
  await next.pass(10_000);
  assert.deepEqual([tries(0).length, tries(1).length, tries(7).length], [1, 2, 2]);
  await next.pass(20_000);
  await next.pass(1_000_000);
  assert.deepEqual([tries(0).length, tries(1).length, tries(7).length], [1, 3, 3]);
  assert.equal(new Set(tries(1).map((line) => line.split(" ")[3])).size, 1, "one key for all attempts");
  assert.deepEqual(
    tries(1).map((line) => line.split(" ")[2]),
    ["0", "1", "2"],
  );
  const dead = await next.engine.deadLetters({ limit: 10 });
  assert.deepEqual(
    dead.map(({ subscription, event, payload, attempt, deadAt, error }) => {
      return [subscription, event, decode(payload), attempt, deadAt - START, String(decode(error))];
    }),
    [
      ["fussy", "poison", 1, 3, 30_000, "RangeError: 1 is too small"],
      ["fussy", "poison", 0, 1, 0, "TypeError: no number"],
    ],
  );
  assert.deepEqual(await next.engine.deadLetters({ subscription: "eager", limit: 10 }), []);
  assert.deepEqual(
    (await next.engine.deadLetters({ subscription: "fussy", before: dead[0]?.id ?? 0, limit: 10 })).map(({ id }) => id),
    [dead[1]?.id],
  );
});

test("dead letters are tried again or dropped, with an engine or without one", async (t) => {
  const read = await notes(t);
  const world = await open(t, "events");
  await world.engine.emit([0, 0, 0].map((n) => ({ event: "poison", payload: encode(n) })));
  await world.engine.idle();
  const [first, second, third] = await world.engine.deadLetters({ limit: 10 });
  assert.ok(first && second && third);
  await world.engine.dropDeadLetter(first.id);
  await world.engine.retryDeadLetter(second.id);
  await world.engine.idle();
  assert.equal(read().filter((line) => line.startsWith("fussy")).length, 4);
  await assert.rejects(world.engine.dropDeadLetter(first.id), { code: "EV8019" });
  assert.deepEqual(
    (await world.engine.deadLetters({ limit: 10 })).map(({ id }) => id),
    [second.id, third.id],
  );
  const { database } = world;
  await world.engine.close();
  const offline = await openOffline(database);
  assert.equal((await offline.deadLetters({ limit: 10 })).length, 2);
  await offline.dropDeadLetter(third.id);
  await offline.retryDeadLetter(second.id);
  await assert.rejects(offline.retryDeadLetter(second.id), { code: "EV8019" });
  await offline.close();
  const next = await world.reopen();
  await next.engine.idle();
  assert.equal(read().filter((line) => line.startsWith("fussy")).length, 5, "the revived one");
});
