/**
 * `kill -9` between a transaction's statements and its commit, an event and its handler, a child and its parent: what a
 * task writes through `ctx.db` is there exactly once, each event has reached its handler under one key. Method: the
 * command is killed after each of its writes in turn, and then given again until it ends.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { compile, type Ending, resultOf, run, runToEnd, type World, world } from "./support.js";

const input = [1, 10, 100];
const MOST_DEATHS = 120;

function check(where: World, ending: Ending): void {
  assert.deepEqual(resultOf(ending), { sum: 111, entries: input });
  const lines = readFileSync(where.effects, "utf8").trim().split("\n");
  assert.deepEqual(
    [...new Set(lines)].map((line) => Number(line.split(" ")[0])).sort((a, b) => a - b),
    input,
  );
}

test("transactions, events and children that are killed after the n-th write, for every n", async (t) => {
  const program = compile(await temporaryFolder(t), "ledger");
  let kills = 0;
  for (let n = 1; ; n++) {
    assert.ok(n < MOST_DEATHS, "the run has an end");
    const where = await world(t, { program, workflow: "ledger", input });
    const first = await run(where, { killAt: `after:${n}` });
    if (!first.killed) {
      check(where, first);
      break;
    }
    kills += 1;
    await t.test(`killed after write ${n}`, async () => check(where, await runToEnd(where)));
  }
  assert.ok(kills >= 20, `${kills} kills at writes`);
});
