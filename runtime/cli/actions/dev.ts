/**
 * `eventual dev`: compiles, runs an engine, and after each change of a source file deploys the program anew. Executions
 * in progress stay on the program that they started on; new ones take the newest.
 */
import { dirname, extname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Program } from "../../protocol/program.js";
import type { HttpOptions } from "../../server/http/listen.js";
import { examine } from "../../store/sqlite/examine.js";
import { configuredCodec } from "../codec.js";
import { logText } from "../display/execution.js";
import { faultText } from "../display/fault.js";
import { type EngineHost, openEngineHost } from "../engine-host.js";
import { EXIT } from "../exit.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { reportTo } from "../report.js";
import { listenForStop } from "../stop.js";
import { type Compiled, compileAndWatch } from "../toolchain.js";

export interface DevOptions {
  readonly entry: string;
  readonly db?: string;
  readonly external: readonly string[];
  readonly tsconfig?: string;
  readonly http?: HttpOptions;
}

/** How often the log is looked at, ms. */
const LOG_MS = 200;
const LOG_PAGE = 500;

/** Resolves with the exit code once a signal has stopped it. Throws Faults for an entry that cannot be read. */
export async function develop(options: DevOptions, output: Output): Promise<number> {
  const { entry, external, tsconfig } = options;
  const stop = listenForStop();
  const stopping = new AbortController();
  void stop.requested.then(() => stopping.abort());
  const engine = new DevEngine(options, output, stopping.signal);
  try {
    const compile = { external, color: output.noteColor, ...present({ tsconfig }) };
    await compileAndWatch(entry, compile, stopping.signal, (compiled, changed) => engine.take(compiled, changed));
  } finally {
    stopping.abort();
    await engine.close();
    stop.dispose();
  }
  return EXIT.ok;
}

class DevEngine {
  readonly #options: DevOptions;
  readonly #output: Output;
  readonly #stop: AbortSignal;
  readonly #database: string;
  #host: EngineHost | undefined;
  #logs: Promise<void> | undefined;

  constructor(options: DevOptions, output: Output, stop: AbortSignal) {
    this.#options = options;
    this.#output = output;
    this.#stop = stop;
    const { entry, db } = options;
    this.#database = db === undefined ? `${entry.slice(0, -extname(entry).length)}.dev.db` : db;
  }

  /** A compilation: what is wrong is shown; what is right runs. */
  async take({ program, text }: Compiled, changed: readonly string[]): Promise<void> {
    const output = this.#output;
    if (changed.length > 0) output.note(output.notePaint("dim", `changed: ${changed.join(", ")}`));
    if (text !== "") output.note(text.trimEnd());
    if (program === undefined) return;
    if (this.#host === undefined) {
      await this.#open(program);
      return;
    }
    try {
      await this.#host.engine.deploy(program, dirname(resolve(this.#options.entry)));
      output.print(`Deployed ${program.hash.slice(0, 12)}: ${workflowsOf(program)}.`);
    } catch (error) {
      output.note(faultText(error, output.notePaint).trimEnd());
    }
  }

  async close(): Promise<void> {
    await this.#logs;
    await this.#host?.close();
  }

  async #open(program: Program): Promise<void> {
    const { entry, http } = this.#options;
    const output = this.#output;
    const database = this.#database;
    const host = await openEngineHost({
      database,
      programs: [{ file: entry, program }],
      report: reportTo(output),
      ...(http === undefined ? {} : { http }),
    });
    this.#host = host;
    const url = host.url === undefined ? "" : ` (${host.url})`;
    output.print(`Running ${workflowsOf(program)} on ${database}${url}; watching. Ctrl-C stops.`);
    this.#logs = this.#followLogs();
  }

  async #followLogs(): Promise<void> {
    const output = this.#output;
    const file = await examine(this.#database, configuredCodec());
    try {
      let after = await file.lastLog();
      while (!this.#stop.aborted) {
        for (const line of await file.allLogs({ after, limit: LOG_PAGE })) {
          output.note(`${output.notePaint("bold", line.execution)} ${logText(line, output.notePaint)}`);
          after = line.id;
        }
        await delay(LOG_MS, undefined, { signal: this.#stop }).catch(() => undefined);
      }
    } finally {
      await file.close();
    }
  }
}

function workflowsOf({ manifest }: Program): string {
  return manifest.workflows.map(({ name }) => name).join(", ");
}
