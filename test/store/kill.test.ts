/**
 * Goal: kill -9 at any instant loses no acknowledged commit and leaves none by halves.
 * Method: a process commits for 25 lives, each ended after a pseudo-random number of acknowledged commits and a
 * pseudo-random moment more; after every death the file is opened and compared with what was acknowledged.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Store } from "#runtime/store/store.js";
import { temporaryFolder } from "../support/temp.js";
import { type Committer, startCommitter } from "./children.js";
import { NOW } from "./sample.js";

const LIVES = 25;
const EXECUTIONS = 8;

/** Lehmer's generator: the same numbers in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

async function lines(committer: Committer, count: number): Promise<void> {
  while (committer.lines.length < count && committer.process.exitCode === null) await sleep(1);
}

async function check(store: Store, key: number, acknowledged: number): Promise<void> {
  const stored = await store.loadExecution(key);
  const last = stored?.tail.at(-1)?.n ?? stored?.checkpoint?.n ?? 0;
  // At most the one commit more that was durable but not yet acknowledged.
  assert.ok(
    last === acknowledged || last === acknowledged + 1,
    `execution ${key}: ${acknowledged} acknowledged, ${last} stored`,
  );
  if (stored === undefined || last === 0) return;
  assert.equal(stored.checkpoint?.n ?? 0, last - (last % 10), "the checkpoint came with its entry");
  assert.equal(stored.tail.length, last % 10);
  const timers = (await store.dueTimers(NOW + last + 1, 999)).filter((timer) => timer.execution === key);
  assert.deepEqual(timers, [{ execution: key, seq: last, at: NOW + last }]);
  const tasks = (await store.openTasks({ limit: 999 })).filter((task) => task.execution === key);
  assert.deepEqual(
    tasks.map((task) => task.seq),
    [last],
  );
  assert.equal((await store.readLogs(key, { limit: 1_000_000 })).length, last);
}

test(`${LIVES} deaths lose nothing that was acknowledged and leave nothing by halves`, async (t) => {
  const path = join(await temporaryFolder(t), "store.db");
  const random = randomFrom(20_261_124);
  const acknowledged = new Map<number, number>();
  let commits = 0;
  for (let life = 1; life <= LIVES; life++) {
    const committer = startCommitter(t, path, EXECUTIONS);
    await lines(committer, random(400));
    await sleep(random(4));
    await committer.kill();
    for (const line of committer.lines) {
      const [key = 0, n = 0] = line.split(" ").map(Number);
      if (n > 0) acknowledged.set(key, n);
      if (n > 0) commits++;
    }
    const store = await openStore(path, { verify: "quick" });
    for (let key = 1; key <= EXECUTIONS; key++) {
      await check(store, key, acknowledged.get(key) ?? 0);
      const stored = await store.loadExecution(key);
      acknowledged.set(key, stored?.tail.at(-1)?.n ?? stored?.checkpoint?.n ?? 0);
    }
    await store.close();
  }
  assert.ok(commits > LIVES * 50, `${commits} commits`);
});
