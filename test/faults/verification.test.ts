/**
 * Goal: a checkpoint that would not give its state again is noticed before it is stored, and nothing depends on it.
 * Method: the real engine compares every checkpoint; between it and the real sandbox one spoils what is written.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "#runtime/protocol/fault.js";
import type { Sandbox } from "#runtime/sandbox/sandbox.js";
import { connect } from "#runtime/store/sqlite/driver.js";
import { HOUR_MS, open, site } from "./support.js";

/** Spoils the checkpoints of the adders themselves: not those of the instances that are brought up to compare. */
function spoiling(spoil: (text: string) => string): (sandbox: Sandbox) => Sandbox {
  return (sandbox) => ({
    load: (program) => sandbox.load(program),
    drop: (executions) => sandbox.drop(executions),
    close: () => sandbox.close(),
    async activate(requests) {
      const replies = await sandbox.activate(requests);
      return replies.map((reply, at) => {
        const isOwn = requests[at]?.execution === "adder/a";
        if (!isOwn || reply.kind !== "done" || reply.checkpoint === undefined) return reply;
        return { ...reply, checkpoint: { ...reply.checkpoint, text: spoil(reply.checkpoint.text) } };
      });
    },
  });
}

test("every checkpoint of sound work gives itself again", async (t) => {
  const place = await site(t);
  const world = await open(t, "orders", place, { checkpoint: "always", verifyEvery: 1 });
  await world.start("order", "a", "a");
  await world.start("adder", "b");
  for (let n = 0; n < 5; n++) await world.engine.signal("adder/b", "more", "j1").catch(() => undefined);
  await world.pass(2 * HOUR_MS);
  assert.equal(await world.ending("order/a"), "SUCCEEDED 102");
  assert.ok(world.engine.verified.checkpoints > 3, JSON.stringify(world.engine.verified));
  assert.equal(world.engine.verified.differing, 0);
  assert.deepEqual(world.problems, []);
});

const DAMAGES: Readonly<Record<string, (text: string) => string>> = {
  "cannot be read": (text) => text.slice(0, -1),
  "is not written the same again": (text) => text.replace(",", ", "),
};

for (const [what, spoil] of Object.entries(DAMAGES)) {
  test(`a checkpoint that ${what} is not stored, and the execution goes on from its events`, async (t) => {
    const place = await site(t);
    const options = { checkpoint: "always", verifyEvery: 1 } as const;
    const world = await open(t, "orders", place, { ...options, around: spoiling(spoil) });
    await world.start("adder", "a");
    await world.engine.signal("adder/a", "more", "j1");
    await world.engine.signal("adder/a", "more", "j10");
    await world.engine.idle();
    const { checkpointBytes, tailBytes } = await world.engine.show("adder/a");
    assert.equal(checkpointBytes, 0);
    assert.ok(tailBytes > 0);
    assert.ok(world.engine.verified.differing >= 3, JSON.stringify(world.engine.verified));
    for (const { cause, execution } of world.problems) {
      assert.equal(execution, "adder/a");
      assert.ok(cause instanceof Fault && cause.code === "EV8024", String(cause));
    }
    await world.close();
    const next = await open(t, "orders", place);
    await next.engine.signal("adder/a", "more", "j100");
    assert.equal(await next.ending("adder/a"), "SUCCEEDED 111");
  });
}

test("a tail that does not give its commands again: suspended, told and counted; people's own suspensions are not", async (t) => {
  const place = await site(t);
  const first = await open(t, "orders", place, { checkpoint: "never" });
  for (const name of ["a", "b"]) await first.start("adder", name);
  await first.engine.signal("adder/a", "more", "j1");
  await first.close();
  const file = await connect(place.database, "write");
  await file.exec("UPDATE tail SET commands_hash = 'another' WHERE n = 1 AND execution = 1");
  await file.close();
  const next = await open(t, "orders", place);
  await next.engine.control("adder/b", "suspend");
  await next.engine.signal("adder/a", "more", "j10");
  assert.equal(await next.ending("adder/a"), "SUSPENDED EV5208");
  await next.engine.idle();
  assert.deepEqual(next.suspensions, ["adder/a EV5208"]);
  assert.deepEqual([...next.engine.load.suspended], [["EV5208", 1]]);
  const lines = await next.engine.logs("adder/a", { limit: 10 });
  assert.ok(lines.some(({ level, text }) => level === "error" && text.includes("EV5208")));
  await next.close();
  const healed = await connect(place.database, "write");
  await healed.exec(
    "UPDATE tail SET commands_hash = (SELECT commands_hash FROM tail WHERE n = 1 AND execution = 2) WHERE n = 1 AND execution = 1",
  );
  await healed.close();
  const last = await open(t, "orders", place);
  await last.engine.control("adder/a", "resume");
  await last.engine.signal("adder/a", "more", "j100");
  assert.equal(await last.ending("adder/a"), "SUCCEEDED 111", "nothing that was acknowledged is lost");
});
