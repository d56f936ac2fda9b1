/** From an event to the next commit of an execution that is only in the store, after few and after many steps. */
import { copyFile } from "node:fs/promises";
import { encode } from "#runtime/protocol/value.js";
import { openBench, succeeded } from "../support/engine.js";
import { cost, type Figure, median } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const COUNTS = [10, 1000];
const MANY = 100_000;
const MANY_QUICK = 20_000;
const ROUNDS = 9;

export async function resumption(setting: Setting): Promise<Figure[]> {
  const many = setting.quick ? MANY_QUICK : MANY;
  const counts = [...COUNTS, many];
  const figures: Figure[] = [];
  let floor: Figure["floor"];
  const databases: string[] = [];
  for (const count of counts) databases.push(await abandoned(setting, count));
  for (const [index, count] of counts.entries()) {
    const value = await resumed(setting, databases[index] ?? "", count);
    const note = count === MANY_QUICK ? "100,000 steps without --quick" : undefined;
    figures.push(cost(`resume after ${count.toLocaleString("en-US")} steps`, value, "ms", floor, note));
    floor ??= { name: `after ${count} steps`, value };
  }
  return figures;
}

/** A database as a killed engine leaves it: copied from under the engine while that waits for a signal. */
async function abandoned({ program, file }: Setting, count: number): Promise<string> {
  const database = file(`resume-${count}.db`);
  const copy = file(`resume-${count}-killed.db`);
  const { engine } = await openBench(program, { database, synchronous: "normal" });
  try {
    await engine.start({ workflow: "resume", name: "one", input: encode(count) });
    await engine.idle();
    await copyFile(database, copy);
    await copyFile(`${database}-wal`, `${copy}-wal`);
  } finally {
    await engine.close();
  }
  return copy;
}

/** Median ms from the signal to the outcome, which is the next command; the sandbox has run another execution before. */
async function resumed({ program, file }: Setting, killed: string, count: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const database = file(`resume-${count}-${round}.db`);
    await copyFile(killed, database);
    await copyFile(`${killed}-wal`, `${database}-wal`);
    const { engine } = await openBench(program, { database });
    try {
      const other = await engine.start({ workflow: "steps", name: "other", input: encode(3) });
      await succeeded(engine, other.executionId);
      const start = performance.now();
      await engine.signal("resume/one", "proceed", encode(undefined));
      await succeeded(engine, "resume/one");
      times.push(performance.now() - start);
    } finally {
      await engine.close();
    }
  }
  return median(times);
}
