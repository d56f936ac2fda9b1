/** Open tasks: who waits for what, and completing them in the place of their handlers. */
import type { OpenTaskSummary, RequestOf } from "../../client/operations.js";
import { encode } from "../../protocol/value.js";
import { tableText } from "../display/table.js";
import { lengthText, timeText } from "../display/time.js";
import { EXIT } from "../exit.js";
import { parseJson } from "../json-input.js";
import type { Output } from "../output.js";
import { upTo } from "../pages.js";
import { taskCallOf } from "../task-call.js";
import { type Place, withClient } from "../with-client.js";

interface Common extends Place {
  readonly json: boolean;
}

const DEFAULT_LIMIT = 50;

/** `tasks list`. Throws the client's Faults. */
export async function listTasks(options: Common & { readonly limit?: number | undefined }, output: Output) {
  const { json, limit = DEFAULT_LIMIT } = options;
  const rows = await withClient(options, (client) => upTo(limit, client.tasks));
  if (json) output.printJson(rows.map(taskJson));
  else if (rows.length === 0) output.note("No open tasks.");
  else output.print(tasksText(rows, Date.now(), output.width));
  return EXIT.ok;
}

function taskJson({ executionId, seq, task, state, attempt, scheduledTime, readyAt }: OpenTaskSummary) {
  return {
    ...{ executionId, seq, task, state, attempt },
    scheduledTime: new Date(scheduledTime).toISOString(),
    ...(state === "resting" ? { nextAttempt: new Date(readyAt).toISOString() } : {}),
  };
}

function tasksText(rows: readonly OpenTaskSummary[], now: number, width: number): string {
  const columns = ["CALL", "TASK", "STATE", "ATTEMPT", "SINCE", "NEXT ATTEMPT"].map((title) => ({
    title,
    flexible: title === "CALL" || title === "TASK",
  }));
  const cells = rows.map(({ executionId, seq, task, state, attempt, scheduledTime, readyAt }) => [
    `${executionId}#${seq}`,
    task,
    state,
    String(attempt),
    lengthText(now - scheduledTime),
    state === "resting" ? timeText(readyAt) : "",
  ]);
  return tableText(columns, cells, width).trimEnd();
}

/** `tasks complete`. Throws Fault EV8206 for bad JSON before it connects, and the client's Faults. */
export async function completeTask(
  options: Common & { readonly task: string; readonly result?: string | undefined },
  output: Output,
): Promise<number> {
  const value = encode(options.result === undefined ? undefined : parseJson(options.result, "result"));
  return await settle(options, { ok: true, value }, output);
}

/** `tasks fail`. Throws the client's Faults. */
export async function failTask(
  options: Common & { readonly task: string; readonly message: string; readonly name?: string | undefined },
  output: Output,
): Promise<number> {
  const { message, name } = options;
  const error = Object.assign(new Error(message), name === undefined ? {} : { name });
  return await settle(options, { ok: false, error: encode(error) }, output);
}

async function settle(
  options: Common & { readonly task: string },
  outcome: RequestOf<"completeTask">["outcome"],
  output: Output,
): Promise<number> {
  await withClient(options, (client) =>
    client.completeTask({ task: taskCallOf(options.task) ?? options.task, outcome }),
  );
  if (options.json) output.printJson({ completed: true });
  return EXIT.ok;
}

/** `tasks heartbeat`: exit code 1 when nobody waits for the attempt. Throws as `completeTask`. */
export async function heartbeatTask(
  options: Common & { readonly token: string; readonly details?: string | undefined },
  output: Output,
): Promise<number> {
  const { token, json } = options;
  const details = encode(options.details === undefined ? undefined : parseJson(options.details, "details"));
  const { cancelled } = await withClient(options, (client) => client.heartbeatTask({ token, details }));
  if (json) output.printJson({ cancelled });
  else output.note(cancelled ? "Nobody waits for it any more: stop." : "It is still wanted.");
  return cancelled ? EXIT.failed : EXIT.ok;
}
