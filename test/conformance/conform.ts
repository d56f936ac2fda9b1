/**
 * Every program under every axis: straight through; written out and read back at every step; killed at every commit;
 * outside events twice, in one batch and one by one; completions in other orders. Result, status, commands and their
 * times, and how often each handler started, must be those of its golden file (UPDATE=1 writes it from the straight run).
 * `PROGRAMS=hello,chain` runs only those.
 */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chainCodecs } from "#runtime/store/codec.js";
import { compression } from "#runtime/store/codecs/compression.js";
import { encryption } from "#runtime/store/codecs/encryption.js";
import { TestEnvironment } from "#runtime/testing/environment.js";
import type { TestEnvironmentOptions } from "#runtime/testing/options.js";
import { type Case, entryOf, TESTS } from "./case.js";
import { abridged, type Delivery, drive, type Record, readIfThere, recordOf, spy } from "./drive.js";
import { killTests } from "./kill.js";

const GOLDEN = join(TESTS, "conformance/golden");
/** What chance in all programs is derived from; an axis that kills or shuffles has another of its own. */
const SEED = 1;
/** How much of the timeline a failure shows. */
const LAST_EVENTS = 25;
/** Of one program under one axis, on a machine that is busy with others. */
const LONGEST_MS = 300_000;
const ONLY = process.env.PROGRAMS?.split(",");

export interface Axis {
  readonly axis: string;
  readonly options?: Partial<TestEnvironmentOptions>;
  readonly delivery?: Delivery;
  /** Task outcomes come in another order than that of the calls. */
  readonly reorders?: true;
  /** The engine dies: handlers whose outcome was not recorded start again. */
  readonly kills?: true;
}

/** As configured for a database at rest; the key is of no secret. */
const CODEC = chainCodecs([compression(), encryption({ keys: { a: Buffer.alloc(32, "conformance") } })]);

const AXES: readonly Axis[] = [
  { axis: "straight through" },
  { axis: "restored everywhere", options: { restore: "everywhere" } },
  { axis: "replayed everywhere", options: { restore: "replay" } },
  { axis: "killed before every commit", options: { crash: { every: "before" } }, kills: true },
  { axis: "killed after every commit", options: { crash: { every: "after" } }, kills: true },
  { axis: "killed at random, restored", options: { crash: "axis 3", restore: "everywhere" }, kills: true },
  { axis: "encrypted and compressed, restored everywhere", options: { restore: "everywhere", codec: CODEC } },
  { axis: "every outside event twice", delivery: { twice: true } },
  { axis: "events in one batch", delivery: { together: true }, options: { completions: "together" } },
  { axis: "events one by one", options: { completions: "apart" } },
  { axis: "completions reordered, seed 1", options: { completions: { shuffled: 1 } }, reorders: true },
  { axis: "completions reordered, seed 2", options: { completions: { shuffled: 2 } }, reorders: true },
];

// Where programs that are also run natively note the starts of their handlers: here the environment counts them.
process.env.PROGRAM_STARTS = "/dev/null";

/** Tests for all programs of one part of the suite. */
export function conform(cases: readonly Case[]): void {
  for (const program of cases) {
    if (ONLY !== undefined && !ONLY.includes(program.name)) continue;
    const { steps, ownPace } = program;
    const axes = AXES.filter(({ options, delivery }) => {
      if (ownPace && options?.completions !== undefined) return false;
      return delivery?.twice === undefined || steps !== undefined;
    });
    test(program.name, async (t) => {
      for (const axis of axes.map((each) => fewerKills(program, each)))
        await t.test(axis.axis, { timeout: LONGEST_MS }, () => underAxis(program, axis));
      await killTests(t, program);
    });
  }
}

/** For a long program: deaths at some commits instead of at all. */
function fewerKills({ kills }: Case, axis: Axis): Axis {
  if (kills === undefined || !axis.kills) return axis;
  return { ...axis, options: { ...axis.options, crash: { seed: axis.axis, oneIn: 40 } } };
}

/** Runs a program under an axis. A failure names both, the seed, and the last events. */
export async function underAxis(program: Case, axis: Axis): Promise<void> {
  let env: TestEnvironment | undefined;
  try {
    env = await TestEnvironment.create({ entry: entryOf(program), seed: SEED, ...axis.options });
    spy(env, program);
    const flow = await drive(env, program, axis.delivery);
    await check(program, axis, env, await recordOf(env, flow));
    await env.close();
  } catch (error) {
    const settings = JSON.stringify({ ...axis.options, ...axis.delivery });
    const place = `${program.name}, axis "${axis.axis}" ${settings}, seed ${SEED}:`;
    const last = env?.timeline().split("\n").slice(-LAST_EVENTS).join("\n");
    throw new Error(`${place} ${error instanceof Error ? error.message : String(error)}\n${last ?? ""}`, {
      cause: error,
    });
  } finally {
    // What closing has to say stands behind what has failed before.
    await env?.close().catch(() => {});
  }
}

async function check(program: Case, axis: Axis, env: TestEnvironment, record: Record): Promise<void> {
  assert.equal(record.status, program.status ?? "SUCCEEDED", record.ending);
  if (program.error !== undefined) assert.equal(record.error, program.error);
  for (const [id, status] of Object.entries(program.others ?? {})) {
    assert.equal(await env.execution(id).status(), status, `status of ${id}`);
  }
  const mayDiffer = axis.reorders || axis.kills || axis.options?.completions !== undefined;
  const mayResultDiffer =
    (mayDiffer && program.dependsOnOrder === "result") ||
    (axis.kills && (program.attempts !== undefined || program.repeats !== undefined));
  if ("result" in program && !mayResultDiffer) {
    assert.deepEqual(record.result, program.result);
  }
  const golden = goldenOf(program, axis, record);
  if (mayDiffer && program.dependsOnOrder === "result") return;
  if (mayResultDiffer) return;
  assert.equal(record.ending, golden.ending);
  if (!(mayDiffer && program.dependsOnOrder !== undefined)) assert.equal(abridged(record.timeline), golden.timeline);
  else assert.equal(commandCount(record.timeline), commandCount(golden.timeline), "as many commands in another order");
  if (axis.kills) checkStarts(program, countsOf(record.starts), countsOf(golden.starts));
  else assert.equal(record.starts, golden.starts);
}

/** Deaths have handlers run again, unless they are declared not to be; none is left out. */
function checkStarts({ atMostOnce = [] }: Case, actual: Counts, expected: Counts): void {
  for (const [task, count] of expected) {
    const started = actual.get(task) ?? 0;
    if (atMostOnce.includes(task)) assert.ok(started <= count, `${task} was started ${started} times`);
    else assert.ok(started >= count, `${task} was started ${started} times`);
  }
}

type Counts = ReadonlyMap<string, number>;

interface Golden {
  readonly ending: string;
  readonly starts: string;
  readonly timeline: string;
}

/** A program's golden file: its ending, the handler starts, the timeline, with an empty line between. */
function goldenOf({ name }: Case, { axis }: Axis, record: Record): Golden {
  const file = join(GOLDEN, `${name}.txt`);
  if (process.env.UPDATE && axis === "straight through") {
    writeFileSync(file, `${record.ending}\n\n${record.starts}\n\n${abridged(record.timeline)}\n`);
  }
  const text = readIfThere(file);
  assert.ok(text !== undefined, `${file} is missing: UPDATE=1 writes it`);
  const [ending = "", starts = "", timeline = ""] = text.trimEnd().split("\n\n");
  return { ending, starts, timeline };
}

function commandCount(timeline: string): number {
  return timeline.split("\n").filter((line) => line.includes("→")).length;
}

/** From lines of name and count. */
function countsOf(text: string): Counts {
  return new Map(
    text
      .split("\n")
      .filter((line) => line !== "no tasks")
      .map((line) => {
        const end = line.lastIndexOf(" ");
        return [line.slice(0, end), Number(line.slice(end + 1))] as const;
      }),
  );
}
