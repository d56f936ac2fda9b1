/**
 * `kill -9` loses nothing and repeats nothing that was acknowledged. Method: the real command runs a program whose
 * tasks leave a line per attempt; it is killed before or after each of its writes to the database in turn, and at
 * seeded moments; the same command is then given again until it ends. Checked each time: the result is that of an
 * undisturbed run; each effect is there; a task whose result was used is never run again; the database is sound.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { compile, type Ending, run, runToEnd, type World, world } from "./support.js";

const steps = ["alpha", "beta", "gamma"];
const expectedEffects = [...steps, "part1", "part2", "part3"];
/** More deaths in a row than this, and the run makes no progress. */
const MOST_DEATHS = 60;
const RANDOM_KILLS = 40;

function check(where: World, ending: Ending): void {
  const last = JSON.parse(ending.output.trim().split("\n").at(-1) ?? "");
  assert.equal(last.status, "SUCCEEDED");
  assert.deepEqual(last.result.totals, { alpha: 5, beta: 4, gamma: 5 });
  assert.deepEqual(last.result.parts, [5, 5, 5]);
  const lines = readFileSync(where.effects, "utf8").trim().split("\n");
  const effects = [...new Set(lines)].map((line) => line.split(" ")[1]);
  assert.deepEqual([...effects].sort(), [...expectedEffects].sort(), "each effect, under one key");
  const keys = new Set(lines.map((line) => line.split(" ")[0]));
  assert.equal(keys.size, expectedEffects.length, "every attempt of a call has the same key");
  // The next step starts only after the last one's result was committed: then it never runs again.
  for (const [i, step] of steps.entries()) {
    const next = lines.findIndex((line) => line.endsWith(` ${steps[i + 1] ?? "part1"}`));
    const latest = lines.findLastIndex((line) => line.endsWith(` ${step}`));
    assert.ok(latest < next, `${step} does not run again after its result was used:\n${lines.join("\n")}`);
  }
}

/** Numbers in [0, 1) from a seed (a linear congruential generator: spread is all that is needed). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test("a run that is killed at its n-th write goes on to the same end, for every n", async (t) => {
  const program = compile(await temporaryFolder(t), "transfer");
  let kills = 0;
  for (const when of ["before", "after"]) {
    for (let n = 1; ; n++) {
      assert.ok(n < MOST_DEATHS, "the run has an end");
      const where = await world(t, { program, workflow: "transfer", input: steps });
      const first = await run(where, { killAt: `${when}:${n}` });
      if (!first.killed) {
        check(where, first);
        break;
      }
      kills += 1;
      await t.test(`killed ${when} write ${n}`, async () => check(where, await runToEnd(where)));
    }
  }
  assert.ok(kills >= 20, `${kills} kills at writes`);
});

test("a run that is killed at any moment, again and again, goes on to the same end", async (t) => {
  const program = compile(await temporaryFolder(t), "transfer");
  const random = seeded(20260101);
  const undisturbed = await world(t, { program, workflow: "transfer", input: steps });
  const started = performance.now();
  check(undisturbed, await runToEnd(undisturbed));
  const length = performance.now() - started;
  let kills = 0;
  while (kills < RANDOM_KILLS) {
    const where = await world(t, { program, workflow: "transfer", input: steps });
    // Most of a run is start-up: kills fall into its later part, and the run after them is killed too.
    for (let round = 0; round < 3 && kills < RANDOM_KILLS; round++) {
      const ending = await run(where, { afterMs: length * (0.3 + 0.7 * random()) });
      if (ending.killed) kills += 1;
    }
    check(where, await runToEnd(where));
  }
});

test("a run that dies at every second write still ends", async (t) => {
  const program = compile(await temporaryFolder(t), "transfer");
  const where = await world(t, { program, workflow: "transfer", input: steps });
  const undisturbed = await world(t, { program, workflow: "transfer", input: steps });
  const clean = await run(undisturbed, { killAt: `before:${MOST_DEATHS * 10}` });
  assert.equal(clean.killed, false);
  for (let deaths = 0; ; deaths++) {
    assert.ok(deaths < MOST_DEATHS, "each life gets further");
    // Opening takes a few writes; each life gets some more than that.
    const ending = await run(where, { killAt: `after:${8 + (deaths % 3)}` });
    if (!ending.killed) {
      assert.equal(ending.code, 0, ending.errors);
      check(where, ending);
      return;
    }
  }
});
