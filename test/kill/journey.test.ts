/**
 * `kill -9` while a token is out, a question is asked, an execution is being cancelled, a saga undone, an event handled,
 * a schedule due. Method: the command is killed after one of its writes, and then given again until it ends; after every
 * third one in turn, with KILLS=all (`make conformance-kill`) after each.
 * Every side effect is in a file, with its idempotency key: each has happened, under one key, and none more often than
 * one death explains.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { compile, type Ending, resultOf, run, runToEnd, type World, world } from "./support.js";

const STEP = process.env.KILLS === "all" ? 1 : 3;
/** A run with more writes than this has no end. */
const MOST_WRITES = 200;
const RESULT = ["yes", "sold map", "sold rope", "CancelledError", "undo second", "undo first", "no third"];
const EFFECTS = [
  ...["sold map", "sold rope", "closed after 2", "first", "second", "third", "undo second", "undo first"],
  ...["left town", "left county"],
];

function check(where: World, ending: Ending, deaths: number): void {
  assert.deepEqual(resultOf(ending), RESULT);
  const keys = new Map<string, string>();
  let repeated = 0;
  for (const line of readFileSync(where.effects, "utf8").trim().split("\n")) {
    const [key = "", ...what] = line.split(" ");
    if (keys.has(key)) repeated++;
    keys.set(key, what.join(" "));
  }
  const all = [...keys.values()];
  const effects = all.filter((what) => !what.startsWith("chime"));
  assert.deepEqual(effects.sort(), [...EFFECTS].sort(), "each effect, under one key");
  // Two moments pass before the end, and perhaps one while the command says that all has ended: each strikes once.
  const chimes = all.filter((what) => what.startsWith("chime"));
  assert.equal(new Set(chimes).size, chimes.length, "each moment once");
  assert.ok(chimes.length === 2 || chimes.length === 3, `${chimes.length} moments`);
  // What was under way when the process died: two deliveries side by side at the most.
  assert.ok(repeated <= 2 * deaths, `${repeated} effects were repeated`);
}

test("tokens, requests, cancellations, sagas, events and schedules that are killed after the n-th write", async (t) => {
  const program = compile(await temporaryFolder(t), "journey");
  let kills = 0;
  for (let n = 1; ; n += STEP) {
    assert.ok(n < MOST_WRITES, "the run has an end");
    const where = await world(t, { program, workflow: "journey", input: null });
    const first = await run(where, { killAt: `after:${n}` });
    if (!first.killed) {
      assert.equal(first.code, 0, first.errors);
      check(where, first, 0);
      break;
    }
    kills += 1;
    await t.test(`killed after write ${n}`, async () => check(where, await runToEnd(where), 1));
  }
  assert.ok(kills * STEP >= 30, `${kills} kills at writes`);
});
