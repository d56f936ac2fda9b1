/** Executions as rows. */
import type { ListedExecution } from "../../client/http.js";
import { briefText } from "../data/format.js";
import { executionPlace } from "../data/places.js";
import { StatusBadge } from "./status.js";
import { type Column, Table } from "./table.js";
import { Lasted, Moment } from "./time.js";

interface ExecutionTableProps {
  readonly executions: readonly ListedExecution[];
  readonly caption: string;
  /** Fewer columns. */
  readonly brief?: boolean;
}

const BRIEF = 90;
const FIRST: readonly Column[] = [{ name: "Status" }, { name: "Execution" }, { name: "Started" }];
const COLUMNS: readonly Column[] = [...FIRST, { name: "Took", kind: "right" }, { name: "Outcome", kind: "wide" }];
const BRIEF_COLUMNS: readonly Column[] = [...FIRST, { name: "Why", kind: "wide" }];

export function ExecutionTable({ executions, caption, brief = false }: ExecutionTableProps) {
  return (
    <Table caption={caption} columns={brief ? BRIEF_COLUMNS : COLUMNS} kind={brief ? "executions brief" : "executions"}>
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
    </Table>
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
