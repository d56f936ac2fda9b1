import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { killUnderLoad } from "./acknowledged.js";
import { compile } from "./support.js";

const KILLS = 6;

test(`nothing that the server has acknowledged is lost or doubled in ${KILLS} kills under load`, async (t) => {
  const folder = await temporaryFolder(t);
  const tally = await killUnderLoad({ folder, program: compile(folder, "tally"), kills: KILLS, seed: 5 });
  assert.ok(tally.starts > KILLS && tally.signals > KILLS, JSON.stringify(tally));
});
