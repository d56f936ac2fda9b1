/** Many sleeping executions: parking them, waking them at once, and what a million of them in the file cost an engine. */
import { stat } from "node:fs/promises";
import { virtualClock } from "#runtime/engine/clock.js";
import { encode } from "#runtime/protocol/value.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Write } from "#runtime/store/store.js";
import { openBench } from "../support/engine.js";
import { cost, type Figure, rate } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const PARKED = 10_000;
const IN_FLIGHT = 500;
const MANY = 1_000_000;
const MANY_QUICK = 100_000;
const PAGE = 5000;
const START = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;

export async function crowds(setting: Setting): Promise<Figure[]> {
  return [...(await storm(setting)), ...(await sleepingMany(setting))];
}

/** Parks executions, then wakes all of them at the same moment. */
async function storm({ program, file }: Setting): Promise<Figure[]> {
  const clock = virtualClock(START, START);
  const { engine } = await openBench(program, { database: file("storm.db"), clock });
  try {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < PARKED) await engine.start({ workflow: "nap", name: `${next++}`, input: encode(HOUR_MS) });
    };
    const begun = performance.now();
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    await engine.idle();
    const parking = performance.now() - begun;
    const storming = performance.now();
    await clock.advanceTo(START + 2 * HOUR_MS);
    await engine.idle();
    const waking = performance.now() - storming;
    const left = await engine.list({ status: "IN_PROGRESS", limit: 1 });
    if (left.length > 0) throw new Error("not all of the sleepers have woken up");
    const none = undefined;
    return [
      rate("parking", (PARKED * 1000) / parking, "executions/s", none, `${shown(PARKED)} until all sleep`),
      rate(
        "wake-up storm",
        (PARKED * 1000) / waking,
        "executions/s",
        none,
        `${shown(PARKED)} due at once, until all closed`,
      ),
    ];
  } finally {
    await engine.close();
  }
}

/** A file with very many sleepers, as engines would have left it; written through the store. */
async function sleepingMany({ program, file, quick }: Setting): Promise<Figure[]> {
  const count = quick ? MANY_QUICK : MANY;
  const path = file("crowd.db");
  // At the time of the sleepers: an engine's time never goes back behind what its file has seen.
  const few = await openBench(program, { database: path, clock: virtualClock(START, START) });
  await few.engine.start({ workflow: "nap", name: "first", input: encode(HOUR_MS) });
  await few.engine.idle();
  await few.engine.close();
  const ready = async (): Promise<{ ms: number; rss: number }> => {
    const before = process.memoryUsage.rss();
    const start = performance.now();
    const clock = virtualClock(START, START);
    const { engine } = await openBench(program, { database: path, clock });
    await engine.idle();
    const ms = performance.now() - start;
    const rss = (process.memoryUsage.rss() - before) / (1 << 20);
    await engine.close();
    return { ms, rss };
  };
  await ready();
  const empty = await ready();
  const size = (await stat(path)).size;
  await populate(path, program.hash, count);
  const bytes = ((await stat(path)).size - size) / count;
  const full = await ready();
  const name = `${shown(count)} sleepers`;
  const floor = (value: number): Figure["floor"] => ({ name: "a file with one execution", value });
  return [
    cost(`${name}: engine ready`, full.ms, "ms", floor(empty.ms), "opened, program loaded, at rest"),
    cost(`${name}: memory`, full.rss, "MB", floor(empty.rss), "growth of the resident set from before opening"),
    cost(`${name}: database`, bytes, "bytes each", undefined, "row, input, tail, timer, indexes"),
  ];
}

async function populate(path: string, program: string, count: number): Promise<void> {
  const store = await openStore(path, { synchronous: "normal" });
  const first = store.opened.nextKey;
  const startTime = START;
  for (let done = 0; done < count; done += PAGE) {
    const writes: Write[] = [];
    for (let index = done; index < Math.min(count, done + PAGE); index++) {
      const key = first + index;
      const name = `sleeper-${index}`;
      const id = `nap/${name}`;
      const input = encode(HOUR_MS + index);
      const execution = { id, name, startTime: new Date(startTime).toISOString() };
      const start = { kind: "start", workflow: "nap", input, execution, seed: "0123456789abcdef".repeat(2) } as const;
      const entry = { n: 1, now: startTime, events: [start], commandsHash: "0123456789abcdefghijkl" };
      writes.push(
        {
          kind: "createExecution",
          row: { key, id, workflow: "nap", program, status: "IN_PROGRESS", input, startTime },
        },
        { kind: "appendTail", execution: key, entry, cost: 150 },
        { kind: "addTimer", timer: { execution: key, seq: 1, at: startTime + HOUR_MS + index } },
      );
    }
    await store.commit(writes);
  }
  await store.close();
}

function shown(count: number): string {
  return count.toLocaleString("en-US");
}
