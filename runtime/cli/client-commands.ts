/** The commands that talk to an engine or, with none running, work on its file. Each resolves with the exit code. */
import { dirname, resolve } from "node:path";
import type { Client, StartProgram } from "../client/client.js";
import type { ExecutionSummary } from "../client/messages.js";
import { requireWorkflow } from "../client/program-file.js";
import type { Status } from "../protocol/execution.js";
import { encode } from "../protocol/value.js";
import { hasProgram, loadProgram } from "./application.js";
import { detailsJson, detailsText, failureText, listText, resultJson, summaryJson } from "./display/execution.js";
import { valueText } from "./display/value.js";
import { EXIT } from "./exit.js";
import { parseJson, readInput } from "./json-input.js";
import { present } from "./options.js";
import type { Output } from "./output.js";
import { withClient } from "./with-client.js";

interface Common {
  readonly db?: string;
  readonly json: boolean;
}

export interface StartOptions extends Common {
  readonly workflow: string;
  readonly id?: string;
  readonly input?: string;
  readonly inputFile?: string;
  readonly program?: string;
  readonly wait: boolean;
}

/** Throws Fault EV8206 for bad JSON before it connects, and the client's Faults. */
export async function startExecution(options: StartOptions, output: Output): Promise<number> {
  const { workflow, id, db, json, wait } = options;
  const input = encode(await readInput(options));
  const named = options.program !== undefined || hasProgram;
  const program = named ? await startProgram(options.program, workflow) : undefined;
  return await withClient(db, async (client) => {
    const started = await client.start({ workflow, input, ...present({ name: id, program }) });
    if (wait) return showOutcome(await client.result(started.executionId), json, output);
    if (json) output.printJson(started);
    else output.print(started.executionId);
    return EXIT.ok;
  });
}

async function startProgram(named: string | undefined, workflow: string): Promise<StartProgram> {
  const { file, program: content } = await loadProgram(named);
  requireWorkflow(content, workflow, file);
  return { hash: content.hash, artifact: { content, resolveFrom: dirname(resolve(file)) } };
}

function showOutcome(row: ExecutionSummary, json: boolean, output: Output): number {
  if (json) output.printJson(resultJson(row));
  if (row.status === "SUCCEEDED") {
    if (!json && row.outcome?.ok === true) output.print(valueText(row.outcome.value));
    return EXIT.ok;
  }
  output.note(failureText(row, output.notePaint));
  return EXIT.failed;
}

export interface SignalOptions extends Common {
  readonly execution: string;
  readonly signal: string;
  readonly payload?: string;
}

/** Throws Fault EV8206 for bad JSON before it connects, and the client's Faults. */
export async function sendSignal(options: SignalOptions, output: Output): Promise<number> {
  const { execution, signal, payload, db, json } = options;
  const value = encode(payload === undefined ? undefined : parseJson(payload, "payload"));
  await withClient(db, (client) => client.signal(execution, signal, value));
  if (json) output.printJson({ executionId: execution, signal, delivered: true });
  return EXIT.ok;
}

export interface ListOptions extends Common {
  readonly workflow?: string;
  readonly status?: Status;
  readonly limit?: number;
}

const DEFAULT_LIMIT = 50;
const PAGE = 500;

/** Throws the client's Faults. */
export async function listExecutions(options: ListOptions, output: Output): Promise<number> {
  const { db, json, workflow, status, limit = DEFAULT_LIMIT } = options;
  const rows = await withClient(db, (client) => pages(client, { ...present({ workflow, status }) }, limit));
  if (json) output.printJson(rows.map(summaryJson));
  else if (rows.length === 0) output.note("No executions.");
  else output.print(listText(rows, Date.now(), output.width));
  return EXIT.ok;
}

async function pages(client: Client, query: { workflow?: string; status?: Status }, limit: number) {
  const rows: ExecutionSummary[] = [];
  while (rows.length < limit) {
    const wanted = Math.min(PAGE, limit - rows.length);
    const last = rows.at(-1);
    const page = await client.list({ ...query, limit: wanted, ...(last === undefined ? {} : { before: last.key }) });
    rows.push(...page);
    if (page.length < wanted) break;
  }
  return rows;
}

/** Throws the client's Faults. */
export async function showExecution(options: Common & { execution: string }, output: Output): Promise<number> {
  const details = await withClient(options.db, (client) => client.show(options.execution));
  if (options.json) output.printJson(detailsJson(details));
  else output.print(detailsText(details, output.paint));
  return EXIT.ok;
}

/** `wait`: for the end of an execution. Throws the client's Faults. */
export async function waitForExecution(options: Common & { execution: string }, output: Output): Promise<number> {
  const row = await withClient(options.db, (client) => client.result(options.execution));
  return showOutcome(row, options.json, output);
}
