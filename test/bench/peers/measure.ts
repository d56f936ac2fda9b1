/**
 * The rows. Sides take turns within each round, so that all meet the same seconds of the same disk; a row is the median of
 * its rounds. Times between steps are taken by the steps themselves, so no side pays for how it learns of an outcome.
 */
import { join } from "node:path";
import { median } from "../support/report.js";
import type { Contender, Ground } from "./support/contender.js";
import { pause, syncCost } from "./support/machine.js";
import type { Driver } from "./support/process.js";

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly better: "more" | "less";
  /** By contender's name. */
  readonly values: Readonly<Record<string, number>>;
}

export interface Comparison {
  readonly rows: readonly Row[];
  /** Median ms of a sync on the disk, over all rounds. */
  readonly syncMs: number;
}

export interface Plan {
  readonly sides: readonly Contender[];
  /** An empty folder on the disk to measure. */
  readonly folder: string;
  readonly quick: boolean;
  readonly progress: (message: string) => void;
}

interface Side {
  readonly name: string;
  readonly ground: Ground;
  driver: Driver;
}

const ROUNDS = 5;
const QUICK_ROUNDS = 3;
const STEPS = [10, 100, 1000];
const WARM_UP_STEPS = 50;
/** Left to waits and ends of an execution where its steps have a limit. */
const SPARE_STEPS = 50;
/** Until whatever follows a step or a start has come to rest. */
const SETTLE_MS = 1500;
const BYTES_PER_MB = 1_000_000;

export async function compare(plan: Plan): Promise<Comparison> {
  const syncs: number[] = [];
  const round = async (): Promise<void> => {
    syncs.push(await syncCost(plan.folder));
  };
  const rows: Row[] = [];
  for (const part of [sequential, oneStep, resume, sleepers]) rows.push(...(await part(plan, round)));
  return { rows, syncMs: median(syncs) };
}

type Part = (plan: Plan, round: () => Promise<void>) => Promise<Row[]>;

const sequential: Part = async (plan, round) =>
  await together(plan, "sequential", async (sides) => {
    for (const side of sides) await stepsPerSecond(side, WARM_UP_STEPS);
    const rows: Row[] = [];
    for (const steps of STEPS) {
      plan.progress(`sequential steps, ${steps}`);
      const values = await inTurns(sides, rounds(plan), round, (side) => stepsPerSecond(side, steps));
      rows.push({
        name: `sequential steps, N = ${steps.toLocaleString("en-US")}`,
        unit: "steps/s",
        better: "more",
        values,
      });
    }
    return rows;
  });

async function stepsPerSecond({ driver }: Side, steps: number): Promise<number> {
  const first = driver.marked("first");
  const last = driver.marked("last");
  await driver.request("sequential", steps);
  return ((steps - 1) * 1000) / ((await last) - (await first));
}

const oneStep: Part = async (plan, round) =>
  await together(plan, "one-step", async (sides) => {
    plan.progress("one-step workflows");
    const count = plan.quick ? 300 : 2000;
    for (const { driver } of sides) await driver.request("oneStep", count / 4);
    const perSecond = async ({ driver }: Side): Promise<number> =>
      (count * 1000) / (await driver.request("oneStep", count));
    const values = await inTurns(sides, rounds(plan), round, perSecond);
    return [{ name: "one-step workflows, 100 in flight", unit: "workflows/s", better: "more", values }];
  });

const resume: Part = async (plan, round) =>
  await together(plan, "resume", async (sides) => {
    const most = Math.min(...plan.sides.map(({ mostSteps = Number.POSITIVE_INFINITY }) => mostSteps));
    const steps = Math.min(1000, most - SPARE_STEPS);
    plan.progress(`resume after ${steps} steps`);
    for (const { driver } of sides) await driver.request("prepare", steps);
    await pause(SETTLE_MS);
    let emitted = 0;
    const emit = async (side: Side, n: number): Promise<{ readonly event: number; readonly step: number }> => {
      const next = side.driver.marked("next");
      const event = await side.driver.request("emit", n);
      const step = await next;
      await pause(SETTLE_MS);
      return { event, step };
    };
    const restart = async (side: Side): Promise<number> => {
      await side.ground.kill(side.driver);
      const start = performance.timeOrigin + performance.now();
      side.driver = await side.ground.launch();
      return start;
    };
    const fromStart = await inTurns(sides, rounds(plan), round, async (side, n) => {
      const start = await restart(side);
      return (await emit(side, n)).step - start;
    });
    emitted += rounds(plan);
    const fromEvent = await inTurns(sides, rounds(plan), round, async (side, n) => {
      await restart(side);
      await pause(SETTLE_MS);
      const { event, step } = await emit(side, emitted + n);
      return step - event;
    });
    const after = `${steps.toLocaleString("en-US")} steps and SIGKILL`;
    return [
      { name: `process start to next step, after ${after}`, unit: "ms", better: "less", values: fromStart },
      { name: `event to next step, after ${after}`, unit: "ms", better: "less", values: fromEvent },
    ];
  });

/** Each side alone: what the others' processes do meanwhile would be felt for minutes. */
const sleepers: Part = async (plan) => {
  const count = plan.quick ? 1000 : 10_000;
  const park: Record<string, number> = {};
  const memory: Record<string, number> = {};
  const bytes: Record<string, number> = {};
  for (const contender of plan.sides) {
    plan.progress(`${count} sleepers, ${contender.name}`);
    const folder = join(plan.folder, `sleepers-${contender.name.replace(/\W+/g, "-")}`);
    const ground = await contender.open(folder);
    try {
      const empty = await ground.launch();
      await empty.close();
      const before = await ground.size();
      const driver = await ground.launch();
      await pause(SETTLE_MS);
      const idle = await ground.resident(driver);
      park[contender.name] = (await driver.request("park", count)) / 1000;
      memory[contender.name] = ((await ground.resident(driver)) - idle) / BYTES_PER_MB;
      await driver.close();
      bytes[contender.name] = ((await ground.size()) - before) / count;
    } finally {
      await ground.close();
    }
  }
  const of = `${count.toLocaleString("en-US")} sleepers`;
  return [
    { name: `${of}: until all are parked`, unit: "s", better: "less", values: park },
    { name: `${of}: memory`, unit: "MB", better: "less", values: memory },
    { name: `${of}: disk, each`, unit: "bytes", better: "less", values: bytes },
  ];
};

function rounds({ quick }: Plan): number {
  return quick ? QUICK_ROUNDS : ROUNDS;
}

/** Opens all sides, each on a store of its own; closes them whatever happens. */
async function together(plan: Plan, part: string, run: (sides: Side[]) => Promise<Row[]>): Promise<Row[]> {
  const sides: Side[] = [];
  try {
    for (const contender of plan.sides) {
      const ground = await contender.open(join(plan.folder, `${part}-${contender.name.replace(/\W+/g, "-")}`));
      sides.push({ name: contender.name, ground, driver: await ground.launch() });
    }
    return await run(sides);
  } finally {
    for (const { driver, ground } of sides) {
      await driver.kill();
      await ground.close();
    }
  }
}

/** Medians by side. A round's first side is another one each time. */
async function inTurns(
  sides: readonly Side[],
  count: number,
  round: () => Promise<void>,
  measure: (side: Side, round: number) => Promise<number>,
): Promise<Record<string, number>> {
  const values = new Map<string, number[]>(sides.map(({ name }) => [name, []]));
  for (let n = 0; n < count; n++) {
    await round();
    for (let turn = 0; turn < sides.length; turn++) {
      const side = sides[(turn + n) % sides.length];
      if (side !== undefined) values.get(side.name)?.push(await measure(side, n));
    }
  }
  return Object.fromEntries([...values].map(([name, list]) => [name, median(list)]));
}
