/**
 * Axis 3 with real deaths: the real command runs a program and kills itself with SIGKILL before or after one of its
 * writes; the same command is then given again until it ends. It must end as if it had never died.
 *
 * Each program dies at two writes that its name decides; with KILLS=all at every one (`make conformance-kill`). Programs
 * with outside events die in process only, where every commit kills.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { compile } from "#runtime/testing/compile.js";
import { derivedFraction } from "#runtime/testing/random.js";
import { temporaryFolder } from "../support/temp.js";
import { type Case, entryOf } from "./case.js";
import { EXECUTION_NAME } from "./drive.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PRELOAD = new URL("../../../test/support/kill-at.mjs", import.meta.url).href;
const ALL = process.env.KILLS === "all";
/** Opening a new database and starting take so many writes at least: deaths are chosen from these and some more. */
const FIRST_WRITES = 14;
/** Where the clock of every run begins. */
const START = "2030-01-01T00:00:00Z";
/** A run with more writes than this has no end. */
const MOST_WRITES = 400;
/** The longest that one run may take, in real ms. */
const PATIENCE_MS = 300_000;

interface Ending {
  readonly killed: boolean;
  readonly code: number | NodeJS.Signals | null;
  /** Status and what came of it, without times and chance. */
  readonly shown: string;
  readonly errors: string;
}

interface World {
  readonly program: string;
  readonly file: string;
  readonly database: string;
  readonly input: unknown;
}

export async function killTests(t: TestContext, program: Case): Promise<void> {
  if (program.steps !== undefined || program.kills !== undefined || program.attempts !== undefined) return;
  await t.test("killed with SIGKILL", { timeout: 1_800_000 }, async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, "program.evp");
    await writeFile(file, JSON.stringify(await compile(entryOf(program))));
    let worlds = 0;
    const world = async (): Promise<World> => {
      const own = join(folder, String(worlds++));
      await mkdir(own);
      return { program: program.workflow ?? "main", file, database: join(own, "run.db"), input: program.input };
    };
    const expected = await run(await world());
    for (const when of ["before", "after"] as const) {
      for (const write of ALL ? naturals() : [chosen(program.name, when)]) {
        const where = await world();
        const first = await run(where, `${when}:${write}`);
        const last = first.killed ? await run(where) : first;
        const place = `${program.name}, killed ${when} write ${write} (KILLS=all for every one)`;
        assert.equal(last.code, expected.code, `${place}\n${last.errors}`);
        const isSame = program.dependsOnOrder !== "result" && program.tellsTime === undefined;
        if (isSame) assert.equal(last.shown, expected.shown, `${place}\n${last.errors}`);
        if (!first.killed) break;
      }
    }
  });
}

function* naturals(): Generator<number> {
  for (let n = 1; n < MOST_WRITES; n++) yield n;
  assert.fail(`more than ${MOST_WRITES} writes`);
}

function chosen(name: string, when: string): number {
  return 1 + Math.floor(FIRST_WRITES * derivedFraction(name, when));
}

function run({ program, file, database, input }: World, killAt?: string): Promise<Ending> {
  const clock = ["--virtual-clock", "--start-at", START];
  const args = ["run", file, program, "--id", EXECUTION_NAME, "--db", database, ...clock, "--json"];
  if (input !== undefined) args.push("--input", JSON.stringify(input));
  const preload = killAt === undefined ? [] : ["--import", PRELOAD];
  const child = spawn(process.execPath, [...preload, join(ROOT, "dist/eventual"), ...args], {
    env: { ...process.env, KILL_AT: killAt ?? "" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS,
    killSignal: "SIGTERM",
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ killed: signal === "SIGKILL", code: code ?? signal, shown: shownOf(output), errors });
    });
  });
}

/** The last line, which has the execution: its status and how it ended. */
function shownOf(output: string): string {
  const last = output.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) return last;
  const { status, result, error }: Record<string, unknown> = JSON.parse(last);
  const named = error as { name?: string; message?: string } | undefined;
  return withoutTimes(JSON.stringify([status, result ?? null, named?.name ?? named ?? null, named?.message ?? null]));
}

/** Points in time and long numbers are no part of what is compared. */
function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME").replaceAll(/\d{12,}/g, "NUMBER");
}
