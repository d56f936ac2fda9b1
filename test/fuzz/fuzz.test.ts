/**
 * Goal: no damaged input makes a reader crash, hang, or change what it does not own. Method: seeded damage; the readers of
 * checkpoints are in test/heap/fuzz.
 */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compileApp } from "../cli/support/eventual.js";
import { serveProgram } from "../http/support.js";
import { compileSimulation } from "../simulate/compile.js";
import { fuzzHttp } from "./http.js";
import { fuzz, type Target, targets } from "./targets.js";

const RUNS: Readonly<Record<string, number>> = { "the program loader": 150 };
const MOST_RUNS = 3000;
const MOST_HTTP_RUNS = 500;
/** Seeds that once showed something wrong. */
const FOUND: Readonly<Record<string, readonly number[]>> = {};

let all: Readonly<Record<string, Target>>;
before(async () => {
  all = targets(await compileSimulation());
});

for (const name of [
  ...["the value codec", "the program loader", "replies of the guest", "requests of task handlers"],
  "JSON of the command line",
]) {
  test(`${name}: damaged input gives a value or the error that is promised`, () => {
    const target = all[name];
    if (target === undefined) throw new Error(`there is no target ${name}`);
    for (const seed of FOUND[name] ?? []) fuzz(name, target, seed, 1);
    fuzz(name, target, 1, RUNS[name] ?? MOST_RUNS);
  });
}

test("the HTTP API: damaged requests are answered or refused with a code, and none is a defect", async (t) => {
  const desk = await compileApp("desk");
  t.after(() => desk.remove());
  const serving = await serveProgram(t, desk.program, ["--rate", "100000"]);
  await fuzzHttp(serving.url, 1, MOST_HTTP_RUNS);
  serving.process.kill("SIGTERM");
  const { code, stderr } = await serving.ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /EV9|Error/, stderr);
});
