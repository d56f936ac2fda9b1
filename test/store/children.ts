/** Starts `committer.ts` as a process and reads what it says. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Cleanup } from "../support/temp.js";

export interface Committer {
  readonly process: ChildProcess;
  /** Lines printed so far. */
  readonly lines: string[];
  /** Resolves with the first line that matches, printed already or to come; undefined when there will be none. */
  line(pattern: RegExp): Promise<string | undefined>;
  /** SIGKILL, or another signal; resolves when the process is gone and its last line read. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export function startCommitter(t: Cleanup, path: string, executions: number): Committer {
  const script = fileURLToPath(new URL("./committer.js", import.meta.url));
  const child = spawn(process.execPath, [script, path, String(executions)], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(line));
  const read = once(reader, "close");
  const gone = once(child, "exit");
  const committer: Committer = {
    process: child,
    lines,
    line: (pattern) =>
      new Promise((resolve) => {
        const found = lines.find((line) => pattern.test(line));
        if (found !== undefined) return resolve(found);
        reader.on("line", (line) => pattern.test(line) && resolve(line));
        read.then(() => resolve(undefined));
      }),
    kill: async (signal = "SIGKILL") => {
      child.kill(signal);
      await Promise.all([gone, read]);
    },
  };
  t.after(() => committer.kill());
  return committer;
}
