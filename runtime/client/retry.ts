/**
 * Trying again what has failed, through any client.
 *
 * R1  However often it is asked for, an execution has one retry at a time: a second one starts only when the first has
 *     ended without success.
 */
import { isClosed } from "../protocol/execution.js";
import { Fault } from "../protocol/fault.js";
import type { Client } from "./client.js";
import type { ExecutionSummary, ReplyOf } from "./operations.js";

/**
 * Starts the workflow of `executionId` again with the same input, on the newest program, as `<name>~1` (`~2` … after
 * further failures). Throws Fault EV8220 for an execution that has not failed, EV8004 for an unknown one.
 */
export async function retryExecution(
  client: Pick<Client, "start" | "show">,
  executionId: string,
): Promise<ReplyOf<"start">> {
  const { workflow, input, ...failed } = await client.show({ execution: executionId });
  requireFailed({ workflow, input, ...failed });
  const base = executionId.slice(workflow.length + 1).replace(/~\d+$/, "");
  for (let number = 1 + numberOf(executionId); ; number++) {
    const name = `${base}~${number}`;
    const started = await client.start({ workflow, name, input });
    if (!started.existing || !hasFailed(await client.show({ execution: started.executionId }))) return started;
  }
}

function numberOf(executionId: string): number {
  return Number(/~(\d+)$/.exec(executionId)?.[1] ?? 0);
}

function hasFailed({ status }: Pick<ExecutionSummary, "status">): boolean {
  return isClosed(status) && status !== "SUCCEEDED";
}

const REMEDIES = {
  SUSPENDED: "Resume it: it goes on where it is.",
  IN_PROGRESS: "Wait for its end, or cancel it first.",
  SUCCEEDED: "Start the workflow again under another name.",
};

function requireFailed({ id, status }: ExecutionSummary): void {
  if (hasFailed({ status })) return;
  throw new Fault("EV8220", `The execution "${id}" has not failed: it is ${status}`, {
    place: id,
    remedy: REMEDIES[status as keyof typeof REMEDIES],
  });
}
