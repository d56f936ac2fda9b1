/**
 * Goal: memory is bounded by configuration, not by the number of executions. Method: instances are counted, between the
 * real engine and the real sandbox, while many more executions with large states are in progress than may stay in memory.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "#runtime/protocol/value.js";
import type { Sandbox } from "#runtime/sandbox/sandbox.js";
import { open, site } from "./support.js";

const EXECUTIONS = 2000;
const ITEMS = 400;
const CACHE = 50;
const LIMITS = { batchSize: 32, batchesInFlight: 2, uncommitted: 64 };

/** The sandbox, with the most instances that it has had at once. */
function counting(counts: { live: Set<string>; most: number }): (sandbox: Sandbox) => Sandbox {
  return (sandbox) => ({
    load: (program) => sandbox.load(program),
    close: () => sandbox.close(),
    drop(executions) {
      for (const execution of executions) counts.live.delete(execution);
      sandbox.drop(executions);
    },
    async activate(requests) {
      const replies = await sandbox.activate(requests);
      for (const [at, reply] of replies.entries()) {
        const { execution = "", drop = false } = requests[at] ?? {};
        if (reply.kind === "done" && !reply.closed && !drop) counts.live.add(execution);
        else counts.live.delete(execution);
      }
      counts.most = Math.max(counts.most, counts.live.size);
      return replies;
    },
  });
}

test("of two thousand executions with large states no more are in memory than may be; all go on", async (t) => {
  const counts = { live: new Set<string>(), most: 0 };
  const world = await open(t, "hoarder", await site(t), {
    cache: CACHE,
    limits: LIMITS,
    // All states together would not fit.
    sandbox: { memoryBytes: 48 << 20 },
    around: counting(counts),
  });
  const names = Array.from({ length: EXECUTIONS }, (_, n) => `h${n}`);
  const most = CACHE + LIMITS.uncommitted + (LIMITS.batchesInFlight + 1) * LIMITS.batchSize;
  await Promise.all(names.map((name) => world.start("hoarder", name, ITEMS)));
  await world.engine.idle();
  assert.ok(counts.live.size <= CACHE, `${counts.live.size} at rest`);
  assert.equal(world.engine.load.instances, counts.live.size);
  await Promise.all(names.map((name) => world.engine.signal(`hoarder/${name}`, "go", encode(null))));
  for (const name of names) assert.equal(await world.ending(`hoarder/${name}`), `SUCCEEDED ${ITEMS}`);
  assert.ok(counts.most > CACHE / 2 && counts.most <= most, `${counts.most} at once, at most ${most} may be`);
  assert.deepEqual(world.problems, []);
});
