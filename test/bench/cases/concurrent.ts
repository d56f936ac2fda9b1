/** Many executions at once, against the same rows in transactions of the same sizes. */
import { encode } from "#runtime/protocol/value.js";
import { openBench, succeeded } from "../support/engine.js";
import { bytesOf, sameRows } from "../support/floor.js";
import { cost, type Figure, median, rate } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const EXECUTIONS = 1000;
const STEPS = 10;
/** A server has run for long: its code is compiled. */
const WARM_UP = 5;
const ROUNDS = 5;

export async function concurrentSteps({ program, file }: Setting): Promise<Figure[]> {
  const { engine, takeTransactions } = await openBench(program, { database: file("concurrent.db") });
  const times: number[] = [];
  const floors: number[] = [];
  let commits = 0;
  let bytes = 0;
  const round = async (name: string): Promise<number> => {
    const start = performance.now();
    await Promise.all(
      Array.from({ length: EXECUTIONS }, async (_, index) => {
        const request = { workflow: "steps", name: `${name}-${index}`, input: encode(STEPS) };
        const { executionId } = await engine.start(request);
        await succeeded(engine, executionId);
      }),
    );
    return performance.now() - start;
  };
  try {
    for (let index = 0; index < WARM_UP; index++) await round(`warm-up-${index}`);
    for (let index = 0; index < ROUNDS; index++) {
      takeTransactions();
      times.push(await round(`round-${index}`));
      const transactions = takeTransactions();
      commits = transactions.length;
      bytes = bytesOf(transactions) / (EXECUTIONS * STEPS);
      floors.push(await sameRows(file(`concurrent-floor-${index}.db`), transactions));
    }
  } finally {
    await engine.close();
  }
  const steps = EXECUTIONS * STEPS * 1000;
  const floor = { name: "the same rows in as many commits, no engine", value: steps / median(floors) };
  const note = `${EXECUTIONS} executions of ${STEPS} steps, started at once, until the last has closed; ${commits} commits`;
  return [
    rate("concurrent steps", steps / median(times), "steps/s", floor, note),
    cost(
      "bytes written per concurrent step",
      bytes,
      "bytes",
      undefined,
      "with a tenth of an execution's beginning and end",
    ),
  ];
}
