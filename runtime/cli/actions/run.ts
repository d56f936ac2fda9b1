/**
 * `eventual run`: one execution, started or resumed, to its end in this process.
 *
 * R1  Everything that can be wrong with the command is found before the database is opened.
 * R2  The last line of `--json` output is the execution's state, also when it was stopped.
 */
import type { ExecutionSummary } from "../../client/operations.js";
import { requireWorkflow } from "../../client/program-file.js";
import { type VirtualClock, virtualClock } from "../../engine/clock.js";
import type { CheckpointMode, Engine } from "../../engine/engine.js";
import { isClosed } from "../../protocol/execution.js";
import { Fault } from "../../protocol/fault.js";
import type { Program } from "../../protocol/program.js";
import { type Encoded, encode, toDisplay } from "../../protocol/value.js";
import { loadProgram } from "../application.js";
import { databaseOfRun } from "../database.js";
import { failureText, logText, resultJson } from "../display/execution.js";
import { type EngineHost, openEngineHost } from "../engine-host.js";
import { EXIT } from "../exit.js";
import { followLog, lastLogId } from "../follow-log.js";
import { readInput } from "../json-input.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { reportTo } from "../report.js";
import { exitCodeOfSignal, listenForStop, type StopSignal } from "../stop.js";
import { parseMoment, parseUntil, type Until, untilMoment } from "../until.js";
import { wallClockAt } from "../wall-clock.js";

/** The execution's name when none is given: the same command again resumes it. */
const DEFAULT_NAME = "default";

export interface RunOptions {
  /** File of the program; left out in an executable that carries one. */
  readonly program?: string;
  readonly workflow: string;
  readonly id?: string;
  readonly input?: string;
  readonly inputFile?: string;
  readonly db?: string;
  readonly json: boolean;
  readonly checkpoint: CheckpointMode;
  readonly cache?: number;
  readonly verifyEvery?: number;
  readonly taskThreads?: number;
  readonly taskConcurrency?: number;
  readonly virtualClock: boolean;
  /** Where the virtual clock begins. */
  readonly startAt?: string;
  readonly until?: string;
}

interface Job {
  readonly file: string;
  readonly program: Program;
  readonly executionId: string;
  readonly name: string;
  /** Undefined when no input was given. */
  readonly input: Encoded | undefined;
  /** ms since the epoch */
  readonly startAt: number;
  readonly until: Until | undefined;
  readonly options: RunOptions;
}

/** How a run came to its end. */
type Ending =
  | { readonly kind: "result"; readonly row: ExecutionSummary }
  | { readonly kind: "stopped"; readonly signal: StopSignal }
  | { readonly kind: "until" };

/** Resolves with the exit code. Throws Faults for bad input (before anything has changed) and for failures. */
export async function runExecution(options: RunOptions, output: Output): Promise<number> {
  const job = await prepare(options);
  const stop = listenForStop();
  const clock = options.virtualClock ? virtualClock(job.startAt, 0) : undefined;
  const { cache, verifyEvery, taskThreads, taskConcurrency } = options;
  const host = await openEngineHost({
    database: options.db ?? databaseOfRun(options.program),
    programs: [{ file: job.file, program: job.program }],
    checkpoint: options.checkpoint,
    ...present({ cache, verifyEvery, taskThreads, taskConcurrency, clock }),
    report: reportTo(output),
  });
  let ended: { readonly ending: Ending; readonly row: ExecutionSummary };
  try {
    ended = await carryOut(job, host, clock, stop.requested, output);
  } finally {
    // Checkpoints are written here, however the run has ended.
    await host.close();
    stop.dispose();
  }
  return conclude(ended, options, output);
}

async function prepare(options: RunOptions): Promise<Job> {
  const { file, program } = await loadProgram(options.program);
  requireWorkflow(program, options.workflow, file);
  const given = options.input !== undefined || options.inputFile !== undefined;
  const input = given ? encode(await readInput(options)) : undefined;
  const until = options.until === undefined ? undefined : parseUntil(options.until);
  const startAt = options.startAt === undefined ? Date.now() : parseMoment("--start-at", options.startAt);
  const name = options.id ?? DEFAULT_NAME;
  return { file, program, executionId: `${options.workflow}/${name}`, name, input, startAt, until, options };
}

async function carryOut(
  job: Job,
  { engine }: EngineHost,
  clock: VirtualClock | undefined,
  stopped: Promise<StopSignal>,
  output: Output,
): Promise<{ ending: Ending; row: ExecutionSummary }> {
  const { executionId } = job;
  const logged = await startOrResume(job, engine, output);
  const { startTime } = await engine.show(executionId);
  const log = followLog(engine, executionId, logged, (line) => output.note(logText(line, output.notePaint)));
  const ending = await firstOf([
    engine.result(executionId).then((row) => ({ kind: "result", row })),
    stopped.then((signal) => ({ kind: "stopped", signal })),
    passTime(job, clock, startTime),
  ]);
  await log.finish();
  return { ending, row: ending.kind === "result" ? ending.row : await engine.show(executionId) };
}

/** Returns the id of the last log line of earlier runs. */
async function startOrResume(job: Job, engine: Engine, output: Output): Promise<number> {
  const { executionId, name, input, program, options } = job;
  const before = await find(engine, executionId);
  const logged = before === undefined ? 0 : await lastLogId(engine, executionId);
  if (before === undefined || input !== undefined) {
    await engine.start({ workflow: options.workflow, program: program.hash, name, input: input ?? encode(undefined) });
  }
  if (before === undefined) return logged;
  if (isClosed(before.status)) {
    output.note(`${executionId} had ended before; this is its result. Use --id for another execution.`);
  } else {
    output.note(`${executionId} goes on where it was.`);
    if (before.program !== program.hash)
      output.note("It stays on the program that it started on, not the one in the file.");
  }
  return logged;
}

async function find(engine: Engine, executionId: string): Promise<ExecutionSummary | undefined> {
  try {
    return await engine.show(executionId);
  } catch (error) {
    if (error instanceof Fault && error.code === "EV8004") return undefined;
    throw error;
  }
}

/** Lets time pass up to `--until`; without it, for ever. */
async function passTime(job: Job, clock: VirtualClock | undefined, startTime: number): Promise<Ending> {
  const end = job.until === undefined ? Number.POSITIVE_INFINITY : untilMoment(job.until, startTime);
  if (clock !== undefined) await clock.advanceTo(end);
  else await wallClockAt(end);
  // A virtual clock without an end has come to rest: only a signal can move the execution now.
  return Number.isFinite(end) ? { kind: "until" } : await new Promise<never>(() => {});
}

async function firstOf(endings: readonly Promise<Ending>[]): Promise<Ending> {
  // Those that come later, or fail because the engine closes, concern nobody.
  for (const ending of endings) ending.catch(() => undefined);
  return await Promise.race(endings);
}

function conclude(
  { ending, row }: { ending: Ending; row: ExecutionSummary },
  options: RunOptions,
  output: Output,
): number {
  const { json } = options;
  if (json) output.printJson(resultJson(row));
  if (ending.kind === "stopped") {
    output.note(`Stopped; ${row.id} is kept. The same command resumes it.`);
    return exitCodeOfSignal(ending.signal);
  }
  if (row.status === "SUCCEEDED") {
    if (!json && row.outcome?.ok === true) output.print(JSON.stringify(toDisplay(row.outcome.value), null, 2));
    return EXIT.ok;
  }
  if (ending.kind === "until" && row.status === "IN_PROGRESS") {
    output.note(`${row.id} is still in progress at ${options.until}. The same command resumes it.`);
    return EXIT.ok;
  }
  output.note(failureText(row, output.notePaint));
  return EXIT.failed;
}
