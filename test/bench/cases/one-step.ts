/** Executions of one step, a hundred in flight, against the same rows in transactions of the same sizes. */
import { encode } from "#runtime/protocol/value.js";
import { openBench, succeeded } from "../support/engine.js";
import { sameRows } from "../support/floor.js";
import { type Figure, median, rate } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const IN_FLIGHT = 100;
const EXECUTIONS = 2000;
/** A server has run for long: its code is compiled. */
const WARM_UP = 5;
const ROUNDS = 5;

export async function oneStepWorkflows({ program, file }: Setting): Promise<Figure[]> {
  const { engine, takeTransactions } = await openBench(program, { database: file("one-step.db") });
  const times: number[] = [];
  const floors: number[] = [];
  let commits = 0;
  const round = async (name: string): Promise<number> => {
    let next = 0;
    const start = performance.now();
    const lane = async (): Promise<void> => {
      while (next < EXECUTIONS) {
        const request = { workflow: "steps", name: `${name}-${next++}`, input: encode(1) };
        const { executionId } = await engine.start(request);
        await succeeded(engine, executionId);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    return performance.now() - start;
  };
  try {
    for (let index = 0; index < WARM_UP; index++) await round(`warm-up-${index}`);
    for (let index = 0; index < ROUNDS; index++) {
      takeTransactions();
      times.push(await round(`round-${index}`));
      const transactions = takeTransactions();
      commits = transactions.length;
      floors.push(await sameRows(file(`one-step-floor-${index}.db`), transactions));
    }
  } finally {
    await engine.close();
  }
  const executions = EXECUTIONS * 1000;
  const floor = { name: "the same rows in as many commits, no engine", value: executions / median(floors) };
  const note = `${IN_FLIGHT} in flight, each started when another has closed; ${commits} commits`;
  return [rate("one-step workflows", executions / median(times), "workflows/s", floor, note)];
}
