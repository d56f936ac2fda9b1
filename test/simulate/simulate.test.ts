import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Program } from "#runtime/protocol/program.js";
import { compileSimulation } from "./compile.js";
import { SharedRealms } from "./sandbox.js";
import { type Run, simulate } from "./simulate.js";

/** Seeds that once showed something wrong, in the engine or in the simulation itself. */
const FOUND = [9, 13, 31, 123, 143, 203, 2107, 20012, 202630, 204200, 609304];
const SEEDS = Array.from({ length: 25 }, (_, i) => 1000 + i);

let program: Program;
let realms: SharedRealms;

before(async () => {
  program = await compileSimulation();
  realms = await SharedRealms.boot(program);
});
after(() => realms.close());

function assertSound({ seed, violation, events }: Run): void {
  assert.equal(violation, undefined, `seed ${seed}: ${violation}\n${events.slice(-40).join("\n")}`);
}

test("random workflows under crashes, failing commits, lost sandboxes and jumps of time give what they must", async () => {
  let crashes = 0;
  for (const seed of [...FOUND, ...SEEDS]) {
    const run = await simulate(seed, program, realms);
    assertSound(run);
    crashes += run.crashes;
  }
  assert.ok(crashes > SEEDS.length, `only ${crashes} crashes`);
});

test("a seed gives the same run every time", async () => {
  const first = await simulate(7, program, realms);
  const second = await simulate(7, program, realms);
  assertSound(first);
  assert.deepEqual(second.events, first.events);
});
