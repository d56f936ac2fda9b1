/** `make kill RUNS=500 SEED=n`: kills the server so many times under load and tells what was acknowledged. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { killUnderLoad } from "./acknowledged.js";
import { compile } from "./support.js";

const [seed = 1, kills = 500] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "eventual-kill-"));
try {
  let slowest = 0;
  const progress = (done: number, startMs: number): void => {
    slowest = Math.max(slowest, startMs);
    if (done % 50 !== 0) return;
    console.log(`${done} kills; the slowest of the last 50 starts took ${Math.round(slowest)} ms`);
    slowest = 0;
  };
  const tally = await killUnderLoad({ folder, program: compile(folder, "tally"), kills, seed, progress });
  console.log(
    `${tally.kills} kills: ${tally.starts} starts and ${tally.signals} signals acknowledged, all there once; ` +
      `${tally.unanswered} were not answered`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
