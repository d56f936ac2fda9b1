/** The packaged executable as a whole process: size, start, a resumed execution, memory. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { packageExecutable } from "#runtime/package/executable.js";
import { parseTarget } from "#runtime/package/target.js";
import { encode } from "#runtime/protocol/value.js";
import { openBench } from "../support/engine.js";
import { cost, type Figure, median } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const ROUNDS = 9;
const WAITING = 1000;
const BYTES_PER_MB = 1_000_000;

export async function packagedExecutable({ program, file }: Setting): Promise<Figure[]> {
  const app = file("app");
  const { bytes } = await packageExecutable({ program, target: parseTarget(undefined), output: app });
  const node = (await readFile(process.execPath)).length;
  const bare = await timed(process.execPath, ["-e", "0"], ROUNDS);
  const version = await timed(app, ["--version"], ROUNDS);
  const resumed = await resumption(program, app, file);
  const idle = await resident(app, file("idle.db"), 0, program);
  const waiting = await resident(app, file("waiting.db"), WAITING, program);
  return [
    cost("executable: size", bytes / BYTES_PER_MB, "MB", { name: "Node", value: node / BYTES_PER_MB }),
    cost("executable: --version", version, "ms", { name: "node -e 0", value: bare }),
    cost("executable: start, resume, result, end", resumed, "ms", { name: "node -e 0", value: bare }),
    cost("executable: memory, idle", idle, "MB"),
    cost(`executable: memory, ${WAITING.toLocaleString("en-US")} executions signalled`, waiting, "MB", {
      name: "idle",
      value: idle,
    }),
  ];
}

/** Median ms of a process from its start to its end. */
async function timed(command: string, args: readonly string[], rounds: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await time(command, args));
  return median(times);
}

async function time(command: string, args: readonly string[]): Promise<number> {
  const start = performance.now();
  const [code] = await once(spawn(command, args, { stdio: "ignore" }), "exit");
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with exit code ${code}`);
  return performance.now() - start;
}

/** An execution waits in the file, with its signal: the process has to restore it, end it and end itself. */
async function resumption(program: Setting["program"], app: string, file: Setting["file"]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const database = file(`start-${round}.db`);
    const { engine } = await openBench(program, { database });
    await engine.start({ workflow: "resume", name: "one", input: encode(10) });
    await engine.idle();
    await engine.close();
    await time(app, ["signal", "resume/one", "proceed", "--db", database]);
    times.push(await time(app, ["run", "resume", "--id", "one", "--db", database]));
  }
  return median(times);
}

/** Resident MB of a serving process whose `count` executions have each taken a signal and wait again. */
async function resident(app: string, db: string, count: number, program: Setting["program"]): Promise<number> {
  const { engine } = await openBench(program, { database: db, synchronous: "normal" });
  const names = Array.from({ length: count }, (_, index) => `n${index}`);
  await Promise.all(names.map((name) => engine.start({ workflow: "holder", name, input: encode(1) })));
  await engine.idle();
  await Promise.all(names.map((name) => engine.signal(`holder/${name}`, "proceed", encode(undefined))));
  await engine.close();
  const serving = spawn(app, ["serve", "--db", db, "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
    cwd: dirname(db),
  });
  try {
    await firstLine(serving);
    // Its executions are taken up after the first line: a command that it answers comes behind them.
    await time(app, ["list", "--db", db, "--limit", "1"]);
    const status = await readFile(`/proc/${serving.pid}/status`, "utf8");
    return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / BYTES_PER_MB;
  } finally {
    serving.kill("SIGTERM");
    await once(serving, "exit");
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null) throw new Error("the process has no output");
  await once(createInterface({ input: stdout }), "line");
}
