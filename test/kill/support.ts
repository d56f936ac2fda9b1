/** The real command, run to its end or killed: by itself at a write to the database, or from outside. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../support/temp.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const eventual = join(root, "dist/eventual");
const preload = new URL("../../../test/support/kill-at.mjs", import.meta.url).href;

export interface Ending {
  readonly killed: boolean;
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

export interface World {
  readonly program: string;
  readonly workflow: string;
  readonly input: unknown;
  readonly database: string;
  readonly effects: string;
}

export type Kill = { readonly killAt?: string; readonly afterMs?: number };

/** A new database for an execution of a program. */
export async function world(
  t: { after(action: () => Promise<void>): void },
  what: Pick<World, "program" | "workflow" | "input">,
): Promise<World> {
  const folder = await temporaryFolder(t);
  return { ...what, database: join(folder, "run.db"), effects: join(folder, "effects.txt") };
}

/** Runs the command to its end, or kills it: by itself at a write (`killAt`), or from outside after some milliseconds. */
export function run(where: World, kill: Kill = {}): Promise<Ending> {
  const args = ["run", where.program, where.workflow, "--input", JSON.stringify(where.input), "--db", where.database];
  const child = spawn(
    process.execPath,
    [...(kill.killAt ? ["--import", preload] : []), eventual, ...args, "--virtual-clock", "--json"],
    { env: { ...process.env, EFFECTS: where.effects, KILL_AT: kill.killAt ?? "" }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const timer = kill.afterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), kill.afterMs);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ killed: signal === "SIGKILL", code, output, errors });
    });
  });
}

export async function runToEnd(where: World): Promise<Ending> {
  const ending = await run(where);
  assert.equal(ending.code, 0, `the command ends well after the kill:\n${ending.errors}`);
  return ending;
}

/** The result that the command has printed. */
export function resultOf(ending: Ending): unknown {
  const last = JSON.parse(ending.output.trim().split("\n").at(-1) ?? "") as { status: string; result: unknown };
  assert.equal(last.status, "SUCCEEDED");
  return last.result;
}

/** The compiled program of a fixture. */
export function compile(folder: string, fixture: string): string {
  const program = join(folder, `${fixture}.evp`);
  const source = join(root, `test/fixtures/kill/${fixture}.ts`);
  const made = spawnSync(join(root, "dist/eventualc"), ["build", source, "-o", program], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  return program;
}
