/**
 * What a driver speaks with the benchmark: requests come as lines of JSON on its input, answers and marks leave as lines
 * on its output. The file is copied beside a peer's driver, so it imports nothing but Node.
 */
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";

export interface Request {
  readonly id: number;
  readonly operation: string;
  readonly n: number;
}

/** How many executions are in flight where many are. */
export const IN_FLIGHT = 100;

const OUTPUT = 1;

/** ms since the epoch, finer than Date: comparable between the processes of a machine. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Says that this point was reached. For the bodies of steps, in whichever thread they run. */
export function mark(name: string): void {
  say({ mark: name, at: now() });
}

/** Body of step `n` of `count`: the first and the last one say when they run. */
export function step(n: number, count: number): number {
  if (n === 0) mark("first");
  if (n === count - 1) mark("last");
  return n;
}

/** Answers requests, one after another, until `close` was one of them or who asks is gone; then ends the process. */
export async function serve(operations: Readonly<Record<string, (n: number) => Promise<unknown>>>): Promise<void> {
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, operation, n }: Request = JSON.parse(line);
    try {
      const run = operations[operation];
      if (run === undefined) throw new Error(`the driver cannot ${operation}`);
      say({ id, value: (await run(n)) ?? null });
    } catch (error) {
      say({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    if (operation === "close") break;
  }
  process.exit(0);
}

/** Runs `one` `count` times, `IN_FLIGHT` at a time. Gives ms from the first start to the last end. */
export async function inFlight(count: number, one: (index: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, lane));
  return performance.now() - start;
}

/** Asks `reached` again and again until it is so. Gives ms since `start`. */
export async function until(start: number, reached: () => boolean | Promise<boolean>): Promise<number> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 20));
  return performance.now() - start;
}

function say(line: object): void {
  writeSync(OUTPUT, `${JSON.stringify(line)}\n`);
}
