/** `eventual serve`: an engine that runs until it is told to stop. */
import { listedPrograms } from "../../client/program-list.js";
import type { SuspendReason } from "../../protocol/execution.js";
import { Fault } from "../../protocol/fault.js";
import type { HttpOptions } from "../../server/http/listen.js";
import { examine } from "../../store/sqlite/examine.js";
import { hasProgram, type LoadedProgram, loadProgram } from "../application.js";
import { configuredCodec } from "../codec.js";
import { namedDatabase } from "../database.js";
import { type EngineHost, type EngineHostOptions, openEngineHost } from "../engine-host.js";
import { EXIT } from "../exit.js";
import type { LogOptions } from "../log-options.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { openServerLog } from "../server-log.js";
import { listenForStop } from "../stop.js";
import { superviseBy } from "../supervisor.js";

export interface ServeOptions
  extends Pick<EngineHostOptions, "checkpoint" | "cache" | "verifyEvery" | "taskThreads" | "taskConcurrency"> {
  /** Files; none: those in the database, or in an executable that carries a program that one. */
  readonly programs: readonly string[];
  readonly db?: string;
  readonly json: boolean;
  readonly http?: HttpOptions;
  readonly log: LogOptions;
}

/** Resolves with the exit code once a signal has stopped it. Throws Faults for bad input and for failures. */
export async function serve(options: ServeOptions, output: Output): Promise<number> {
  const { programs: files, db, json, log: logOptions, ...engine } = options;
  const database = namedDatabase(db);
  const programs = await loadAll(files);
  const log = await openServerLog(logOptions, output);
  const stop = listenForStop();
  process.on("SIGHUP", log.reopen);
  try {
    const suspended = (execution: string, { code, message, remedy }: SuspendReason): void =>
      log.problem({ message: "suspended", execution, cause: new Fault(code, message, { remedy }) });
    const host = await openEngineHost({ ...engine, database, programs, report: log.problem, suspended });
    const supervisor = superviseBy({
      environment: process.env,
      alive: () => host.engine.ready(),
      report: (message, cause) => log.problem({ message, cause }),
    });
    await announce(host, { database, programs, json }, output);
    await supervisor.ready(`Serving ${database}`);
    const signal = await stop.requested;
    log.info(`${signal}: stopping.`);
    await supervisor.stopping();
    await host.close();
    log.info("Stopped.");
  } finally {
    process.off("SIGHUP", log.reopen);
    stop.dispose();
  }
  return EXIT.ok;
}

async function announce(
  { socket, url }: EngineHost,
  { database, programs, json }: { database: string; programs: readonly LoadedProgram[]; json: boolean },
  output: Output,
): Promise<void> {
  const serving = await servedWorkflows(programs, database);
  if (json) output.printJson({ serving, database, socket, ...present({ url }), process: process.pid });
  else {
    const names = serving.length === 0 ? "no workflows yet" : serving.join(", ");
    output.print(`Serving ${names} on ${database} (socket ${socket}${url === undefined ? "" : `, ${url}`}).`);
  }
}

/** Of the programs given, or without any of those in the database. */
async function servedWorkflows(programs: readonly LoadedProgram[], database: string): Promise<string[]> {
  if (programs.length > 0) return programs.flatMap(({ program }) => program.manifest.workflows.map(({ name }) => name));
  const file = await examine(database, configuredCodec());
  try {
    return [...new Set((await listedPrograms(file)).flatMap(({ workflows }) => workflows))];
  } finally {
    await file.close();
  }
}

async function loadAll(files: readonly string[]): Promise<LoadedProgram[]> {
  if (files.length === 0) return hasProgram ? [await loadProgram(undefined)] : [];
  const loaded: LoadedProgram[] = [];
  const owners = new Map<string, string>();
  for (const file of files) {
    const { program } = await loadProgram(file);
    for (const { name } of program.manifest.workflows) {
      const other = owners.get(name);
      if (other !== undefined) throw ambiguous(name, other, file);
      owners.set(name, file);
    }
    loaded.push({ file, program });
  }
  return loaded;
}

function ambiguous(workflow: string, first: string, second: string): Fault {
  return new Fault("EV8219", `Two programs define the workflow "${workflow}": ${first} and ${second}`, {
    place: second,
    remedy: "Serve only the newer one (executions of the older go on from the database), or rename a workflow.",
  });
}
