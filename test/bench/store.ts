/**
 * Commits per second of the store against bare `sqlite3`: one prepared INSERT of one row with the same bytes per
 * transaction, same settings, same disk, in the same run. Printed as ratios, since the disk decides the absolutes.
 *
 * Run: node dist/test/bench/store.js [folder on the disk to measure]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "#runtime/store/sqlite/driver.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Write } from "#runtime/store/store.js";

const PROGRAM = "0".repeat(64);
const NOW = 1_795_000_000_000;
const ROUNDS = 7;
const RESULT = `j{"order":"${"x".repeat(100)}"}`;
/** What one step leaves in the file: its event, the task that it schedules, and numbers. */
const STEP_BYTES = 2 * RESULT.length + 120;

interface Case {
  readonly name: string;
  readonly commitsPerRound: number;
  readonly steps: number;
  /** How many commits are under way at once. */
  readonly concurrent: number;
}

const CASES: readonly Case[] = [
  { name: "1 step per commit, one after another", commitsPerRound: 200, steps: 1, concurrent: 1 },
  { name: "100 steps per commit, one after another", commitsPerRound: 40, steps: 100, concurrent: 1 },
  { name: "100 commits of 1 step at once", commitsPerRound: 4000, steps: 1, concurrent: 100 },
];

/** Step `n` of an execution: the event of a finished task, the next task in its place. */
function step(execution: number, n: number): Write[] {
  const entry = {
    n,
    now: NOW + n,
    events: [{ kind: "task", seq: n, outcome: { ok: true, value: RESULT } } as const],
    commandsHash: "0123456789abcdef",
  };
  const writes: Write[] = [
    { kind: "appendTail", execution, entry, cost: 20 },
    {
      kind: "addTask",
      execution,
      seq: n,
      task: "charge",
      input: RESULT,
      onCrash: "retry",
      lease: 1,
      scheduledTime: NOW + n,
    },
  ];
  if (n > 1) writes.push({ kind: "removeTask", execution, seq: n - 1 });
  if (n % 20 === 0) writes.push({ kind: "putCheckpoint", execution, n, text: "c".repeat(700), cost: 100 });
  return writes;
}

async function measure(commits: number, concurrent: number, commit: (index: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < commits) await commit(next++);
  };
  await Promise.all(Array.from({ length: concurrent }, one));
  return (commits * 1000) / (performance.now() - start);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function compare(folder: string, { name, commitsPerRound, steps, concurrent }: Case): Promise<void> {
  const store = await openStore(join(folder, "store.db"));
  const executions = steps * concurrent;
  const first = store.opened.nextKey;
  await store.saveProgram(PROGRAM, "artifact");
  await store.commit(
    Array.from({ length: executions }, (_, index) => {
      const key = first + index;
      return {
        kind: "createExecution",
        row: {
          key,
          id: `w/${key}`,
          workflow: "w",
          program: PROGRAM,
          status: "IN_PROGRESS",
          input: "j1",
          startTime: NOW,
        },
      };
    }),
  );
  const bare = await connect(join(folder, "bare.db"), "create");
  await bare.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; CREATE TABLE IF NOT EXISTS floor (text)",
  );
  const insert = await bare.prepare("INSERT INTO floor VALUES (?)");
  const bytes = "x".repeat(STEP_BYTES * steps);
  const numbers = new Map<number, number>();
  const ours = (index: number): Promise<void> => {
    const base = first + (index % concurrent) * steps;
    const writes = Array.from({ length: steps }, (_, offset) => {
      const key = base + offset;
      const n = (numbers.get(key) ?? 0) + 1;
      numbers.set(key, n);
      return step(key, n);
    });
    return store.commit(writes.flat());
  };
  const rates: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    floors.push(await measure(Math.min(commitsPerRound, 200), 1, () => insert.run([bytes])));
    rates.push(await measure(commitsPerRound, concurrent, ours));
  }
  const [rate, floor] = [median(rates), median(floors)];
  console.log(
    `${name.padEnd(42)} ${rate.toFixed(0).padStart(7)} commits/s ${(rate * steps).toFixed(0).padStart(7)} steps/s` +
      `   bare: ${floor.toFixed(0).padStart(6)} commits/s   ratio ${(rate / floor).toFixed(2)}`,
  );
  await bare.close();
  await store.close();
}

const folder = await mkdtemp(join(process.argv[2] ?? tmpdir(), "eventual-bench-"));
try {
  for (const one of CASES) await compare(folder, one);
} finally {
  await rm(folder, { recursive: true });
}
