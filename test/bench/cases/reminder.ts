/** The reminder program over 400 days: does it become dearer with age? */
import { virtualClock } from "#runtime/engine/clock.js";
import { encode } from "#runtime/protocol/value.js";
import { openBench } from "../support/engine.js";
import { cost, type Figure, median } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const DAYS = 400;
const DAY_MS = 86_400_000;
/** How many at once, so that one day takes long enough to be measured. */
const REMINDERS = 8;
/** Days around the second and the last one of which the median is taken. */
const WINDOW = 50;
const START = Date.UTC(2026, 0, 1);

interface Life {
  /** ms of processor time per wake-up, all threads, by day: it does not depend on what else the machine does. */
  readonly times: number[];
  /** Stored bytes per execution, by day. */
  readonly bytes: number[];
}

export async function reminders(setting: Setting): Promise<Figure[]> {
  // The host's own warming up must not be taken for the young program's cost.
  await life(setting, "reminder-warm-up.db", 40);
  const { times, bytes } = await life(setting, "reminder.db", DAYS);
  const young = (values: readonly number[]): number => median(values.slice(1, 1 + WINDOW));
  const old = (values: readonly number[]): number => median(values.slice(-WINDOW));
  const per = `${REMINDERS} executions, median of ${WINDOW} days`;
  const dear = "each wake-up starts from the store: no instance is kept";
  return [
    cost("reminder wake-up, day 400", old(times), "ms CPU", { name: "day 2", value: young(times) }, `${per}; ${dear}`),
    cost("reminder state, day 400", old(bytes), "bytes", { name: "day 2", value: young(bytes) }, "checkpoint and tail"),
  ];
}

async function life({ program, file }: Setting, name: string, days: number): Promise<Life> {
  const clock = virtualClock(START, START);
  const { engine } = await openBench(program, { database: file(name), clock, cache: 0, synchronous: "normal" });
  const times: number[] = [];
  const bytes: number[] = [];
  try {
    const starts = Array.from({ length: REMINDERS }, (_, index) =>
      engine.start({ workflow: "reminder", name: `${index}`, input: encode(`${index}@example.org`) }),
    );
    await Promise.all(starts);
    for (let day = 1; day <= days; day++) {
      const before = process.cpuUsage();
      await clock.advanceTo(START + day * DAY_MS + DAY_MS / 2);
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1000 / REMINDERS);
      const { checkpointBytes, tailBytes } = await engine.show("reminder/0");
      bytes.push(checkpointBytes + tailBytes);
    }
  } finally {
    await engine.close();
  }
  return { times, bytes };
}
