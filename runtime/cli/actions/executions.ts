/** Executions as a whole, through an engine or, with none running, on its file. Each resolves with the exit code. */
import { dirname, resolve } from "node:path";
import type { Client } from "../../client/client.js";
import type { ExecutionSummary, ReplyOf, RequestOf } from "../../client/operations.js";
import { requireWorkflow } from "../../client/program-file.js";
import { retryExecution } from "../../client/retry.js";
import type { Status } from "../../protocol/execution.js";
import { Fault } from "../../protocol/fault.js";
import { encode } from "../../protocol/value.js";
import { hasProgram, type LoadedProgram, loadProgram } from "../application.js";
import { detailsJson, detailsText, failureText, listText, resultJson, summaryJson } from "../display/execution.js";
import { valueText } from "../display/value.js";
import { EXIT } from "../exit.js";
import { readInput } from "../json-input.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { upTo } from "../pages.js";
import { taskCallOf } from "../task-call.js";
import { type Place, withClient, withLooking } from "../with-client.js";

/** How many stretches of its history `show` gives. */
const SHOWN_SPANS = 10;

interface Common extends Place {
  readonly json: boolean;
}

export interface StartOptions extends Common {
  readonly workflow: string;
  readonly id?: string | undefined;
  readonly input?: string | undefined;
  readonly inputFile?: string | undefined;
  readonly program?: string | undefined;
  readonly wait: boolean;
}

/** Throws Fault EV8206 for bad JSON before it connects, and the client's Faults. */
export async function startExecution(options: StartOptions, output: Output): Promise<number> {
  const { workflow, id } = options;
  const input = encode(await readInput(options));
  const named = options.program !== undefined || hasProgram;
  const program = named ? await loadProgram(options.program) : undefined;
  if (program !== undefined) requireWorkflow(program.program, workflow, program.file);
  // Whoever brings a program may start on a database that no engine has made yet.
  return await withClient({ ...options, make: program !== undefined }, async (client) => {
    const request = { workflow, input, ...present({ name: id, program: program?.program.hash }) };
    return await announce(client, await startOn(client, request, program), options, output);
  });
}

/** A program that the engine or file does not know is deployed first. */
async function startOn(client: Client, request: RequestOf<"start">, program: LoadedProgram | undefined) {
  try {
    return await client.start(request);
  } catch (error) {
    if (program === undefined || !(error instanceof Fault) || error.code !== "EV8009") throw error;
    await client.deploy({ program: program.program, resolveFrom: dirname(resolve(program.file)) });
    return await client.start(request);
  }
}

async function announce(
  client: Client,
  started: ReplyOf<"start">,
  { wait, json }: Pick<StartOptions, "wait" | "json">,
  output: Output,
): Promise<number> {
  if (wait) return showOutcome(await client.result({ execution: started.executionId }), json, output);
  if (json) output.printJson(started);
  else output.print(started.executionId);
  return EXIT.ok;
}

/** `retry`: of an execution, or of a call of a task (`order/17#4`). Throws the client's Faults. */
export async function retry(
  options: Common & { readonly execution: string; readonly wait: boolean },
  output: Output,
): Promise<number> {
  const call = taskCallOf(options.execution);
  return await withClient(options, async (client) => {
    if (call === undefined)
      return await announce(client, await retryExecution(client, options.execution), options, output);
    await client.retryTask(call);
    if (options.wait) return showOutcome(await client.result({ execution: call.execution }), options.json, output);
    if (options.json) output.printJson({ ...call, accepted: true });
    return EXIT.ok;
  });
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

export interface ListOptions extends Common {
  readonly workflow?: string | undefined;
  readonly status?: Status | undefined;
  readonly limit?: number | undefined;
  readonly full: boolean;
}

const DEFAULT_LIMIT = 50;

/** Throws the client's Faults. */
export async function listExecutions(options: ListOptions, output: Output): Promise<number> {
  const { json, workflow, status, full, limit = DEFAULT_LIMIT } = options;
  const query = present({ workflow, status, full });
  const rows = await withClient(options, (client) => upTo(limit, (page) => client.list({ ...query, ...page })));
  if (json) output.printJson(rows.map(summaryJson));
  else if (rows.length === 0) output.note("No executions.");
  else output.print(listText(rows, Date.now(), output.width));
  return EXIT.ok;
}

/** `show`. Throws the client's Faults. */
export async function showExecution(options: Common & { execution: string }, output: Output): Promise<number> {
  const { execution, json } = options;
  const details = await withClient(options, (client) => client.show({ execution }));
  if (json) {
    output.printJson(detailsJson(details));
    return EXIT.ok;
  }
  const { timeline } = await withLooking(options, (looking) => looking.timeline(execution, SHOWN_SPANS));
  output.print(detailsText(details, timeline, output));
  return EXIT.ok;
}

/** `wait`: for the end of an execution. Throws the client's Faults. */
export async function waitForExecution(options: Common & { execution: string }, output: Output): Promise<number> {
  const row = await withClient(options, (client) => client.result({ execution: options.execution }));
  return showOutcome(row, options.json, output);
}
