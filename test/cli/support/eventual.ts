/** The real commands, run as processes, and the program that the tests run with them. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const EVENTUAL = join(ROOT, "dist/eventual");
const EVENTUALC = join(ROOT, "dist/eventualc");

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node before the script. */
  readonly node?: readonly string[];
  readonly input?: string;
}

/** Starts `dist/eventual` with `args`. */
export function startEventual(args: readonly string[], options: RunOptions): Running {
  return startScript(EVENTUAL, args, options);
}

/** Runs `dist/eventual` with `args` to its end. */
export async function eventual(args: readonly string[], options: RunOptions): Promise<Ended> {
  return await startEventual(args, options).ended;
}

function startScript(script: string, args: readonly string[], { cwd, env, node = [], input }: RunOptions): Running {
  const { NO_COLOR: _, FORCE_COLOR: __, EVENTUAL_DB: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, [...node, script, ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.end(input);
  return startCommand(child);
}

/** Collects what a process says until it ends. */
export function startCommand(child: ChildProcess): Running {
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  return { process: child, ended };
}

/** What `--json` printed last. */
export function lastLine({ stdout }: Ended): unknown {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

/** Compiles the fixture `test/fixtures/<from>/<name>.ts` into a folder of its own; `remove` takes it away. */
export async function compileApp(
  name = "app",
  from = "app",
): Promise<{ program: string; remove: () => Promise<void> }> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "eventual-app-")));
  const program = join(folder, `${name}.evp`);
  const source = join(ROOT, `test/fixtures/${from}/${name}.ts`);
  const { code, stderr } = await startScript(EVENTUALC, ["build", source, "-o", program], { cwd: folder }).ended;
  assert.equal(code, 0, stderr);
  return { program, remove: () => rm(folder, { recursive: true, force: true }) };
}

export interface Effect {
  readonly task: string;
  readonly key: string;
  readonly retry: number;
  readonly scheduledTime: string;
  readonly sum?: number;
  readonly by?: number;
}

/** The attempts that the fixture's tasks have recorded, oldest first. */
export function effects(file: string): Effect[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line): Effect => JSON.parse(line));
}

/** Resolves when `probe` gives a value. Rejects after 20 s, with what the process has said. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + 120_000;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`did not happen in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
