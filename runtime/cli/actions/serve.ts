/** `eventual serve`: an engine that runs until it is told to stop. */

import { listedPrograms } from "../../client/program-list.js";
import type { CheckpointMode } from "../../engine/engine.js";
import { Fault } from "../../protocol/fault.js";
import type { HttpOptions } from "../../server/http/listen.js";
import { examine } from "../../store/sqlite/examine.js";
import { hasProgram, type LoadedProgram, loadProgram } from "../application.js";
import { namedDatabase } from "../database.js";
import { openEngineHost } from "../engine-host.js";
import { EXIT } from "../exit.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { reportTo } from "../report.js";
import { listenForStop } from "../stop.js";

export interface ServeOptions {
  /** Files; none in an executable that carries a program: that one. */
  readonly programs: readonly string[];
  readonly db?: string;
  readonly json: boolean;
  readonly checkpoint: CheckpointMode;
  readonly cache?: number;
  readonly http?: HttpOptions;
}

/** Resolves with the exit code once a signal has stopped it. Throws Faults for bad input and for failures. */
export async function serve(options: ServeOptions, output: Output): Promise<number> {
  const database = namedDatabase(options.db);
  const programs = await loadAll(options.programs);
  const stop = listenForStop();
  const host = await openEngineHost({
    database,
    programs,
    checkpoint: options.checkpoint,
    ...(options.cache === undefined ? {} : { cache: options.cache }),
    ...(options.http === undefined ? {} : { http: options.http }),
    report: reportTo(output),
  });
  const workflows = await servedWorkflows(programs, database);
  if (options.json)
    output.printJson({
      serving: workflows,
      database,
      socket: host.socket,
      ...present({ url: host.url }),
      process: process.pid,
    });
  else
    output.print(
      `Serving ${workflows.length === 0 ? "no workflows yet" : workflows.join(", ")} on ${database} (socket ${host.socket}${host.url === undefined ? "" : `, ${host.url}`}).`,
    );
  const signal = await stop.requested;
  output.note(`${signal}: stopping.`);
  await host.close();
  stop.dispose();
  return EXIT.ok;
}

/** Of the programs given, or without any of those in the database. */
async function servedWorkflows(programs: readonly LoadedProgram[], database: string): Promise<string[]> {
  if (programs.length > 0) return programs.flatMap(({ program }) => program.manifest.workflows.map(({ name }) => name));
  const file = await examine(database);
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
