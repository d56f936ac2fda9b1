/** Durable steps of one execution, one after another, against bare commits of the same bytes. */
import { encode } from "#runtime/protocol/value.js";
import { openBench, succeeded } from "../support/engine.js";
import { bytesOf, oneRowEach } from "../support/floor.js";
import { cost, type Figure, median, rate } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const STEPS = 2000;
/** A server has run for long: its code is compiled. */
const WARM_UP = 3;
const ROUNDS = 3;

export async function sequentialSteps({ program, file }: Setting): Promise<Figure[]> {
  const { engine, takeTransactions } = await openBench(program, { database: file("sequential.db") });
  const times: number[] = [];
  const floors: number[] = [];
  let commitsPerStep = 0;
  let bytes = 0;
  try {
    for (let index = 0; index < WARM_UP; index++) await one(engine, `warm-up-${index}`);
    for (let round = 0; round < ROUNDS; round++) {
      takeTransactions();
      times.push(await one(engine, `round-${round}`));
      const transactions = takeTransactions();
      commitsPerStep = transactions.length / STEPS;
      bytes = bytesOf(transactions) / STEPS;
      floors.push(await oneRowEach(file(`sequential-floor-${round}.db`), transactions));
    }
  } finally {
    await engine.close();
  }
  const floor = { name: "bare commits of the same bytes, one per step", value: 1000 / median(floors) };
  const note = `one execution, ${STEPS} steps, ${commitsPerStep.toFixed(2)} commits per step`;
  return [
    rate("sequential steps", 1000 / median(times), "steps/s", floor, note),
    cost("bytes written per sequential step", bytes, "bytes"),
  ];
}

/** Gives ms per step. */
async function one(engine: Awaited<ReturnType<typeof openBench>>["engine"], name: string): Promise<number> {
  const start = performance.now();
  const { executionId } = await engine.start({ workflow: "steps", name, input: encode(STEPS) });
  await succeeded(engine, executionId);
  return (performance.now() - start) / STEPS;
}
