/** Executions as rows. */
import type { ListedExecution } from "../../client/http.js";
import { briefText } from "../data/format.js";
import { executionPlace } from "../data/places.js";
import { StatusBadge } from "./status.js";
import { Lasted, Moment } from "./time.js";

interface ExecutionTableProps {
  readonly executions: readonly ListedExecution[];
  readonly caption: string;
  /** Fewer columns. */
  readonly brief?: boolean;
}

const BRIEF = 90;

export function ExecutionTable({ executions, caption, brief = false }: ExecutionTableProps) {
  return (
    <div class="table-box">
      <table class={brief ? "plain executions brief" : "plain executions"}>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Execution</th>
            <th scope="col">Started</th>
            {brief ? null : (
              <th scope="col" class="right">
                Took
              </th>
            )}
            <th scope="col" class="wide">
              {brief ? "Why" : "Outcome"}
            </th>
          </tr>
        </thead>
        <tbody>
          {executions.map((execution) => (
            <tr key={execution.id}>
              <td>
                <StatusBadge status={execution.status} />
              </td>
              <th scope="row">
                <ExecutionLink id={execution.id} />
              </th>
              <td class="soft">
                <Moment at={execution.startTime} />
              </td>
              {brief ? null : (
                <td class="right soft">
                  <Lasted from={execution.startTime} to={execution.endTime} />
                </td>
              )}
              <td class="wide outcome">{outcomeText(execution)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ExecutionLink({ id }: { readonly id: string }) {
  const at = id.indexOf("/");
  return (
    <a class="execution-link" href={executionPlace(id)}>
      <span class="execution-workflow">{id.slice(0, at + 1)}</span>
      <wbr />
      <span class="execution-name">{id.slice(at + 1)}</span>
    </a>
  );
}

/** In one line: the result, the error or the reason. */
function outcomeText({ result, error, reason, omitted }: ListedExecution): string {
  if (omitted?.includes("outcome") === true) return "(long)";
  if (reason !== undefined) return reason.message;
  if (error !== undefined) return errorLine(error);
  return result === undefined ? "" : briefText(result, BRIEF);
}

/** `RangeError: no more`. */
export function errorLine(error: unknown): string {
  if (typeof error !== "object" || error === null) return briefText(error, BRIEF);
  const { name, message } = error as { name?: unknown; message?: unknown };
  const parts = [name, message].filter((part): part is string => typeof part === "string" && part !== "");
  return parts.length === 0 ? briefText(error, BRIEF) : parts.join(": ");
}
