/** A packaged executable, run as its user has it: without PATH, with a home of its own, and nothing else of this process. */
import { type ChildProcess, spawn } from "node:child_process";
import { type Ended, startCommand } from "../cli/support/eventual.js";

export interface Run {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly file: string;
}

export function start(
  args: readonly string[],
  { cwd, env, file }: Run,
): { process: ChildProcess; ended: Promise<Ended> } {
  const bare = { PATH: "/nonexistent", HOME: cwd, TMPDIR: cwd };
  return startCommand(spawn(file, args, { cwd, env: { ...bare, ...env }, stdio: ["ignore", "pipe", "pipe"] }));
}
