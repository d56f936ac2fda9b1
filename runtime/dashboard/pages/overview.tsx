/** The first page: what there is, what went on lately, what needs somebody. */
import { useState } from "preact/hooks";
import { countText } from "../data/format.js";
import { listPlace } from "../data/places.js";
import { useResource } from "../data/resource.js";
import { client } from "../data/session.js";
import { RateChart } from "../parts/chart.js";
import { ExecutionTable } from "../parts/execution-table.js";
import { Card, Empty, Page, Skeleton } from "../parts/page.js";
import { ProblemNote } from "../parts/problem.js";
import { STATUS_NAMES, STATUSES, StatusMark } from "../parts/status.js";
import { type Column, Table } from "../parts/table.js";

const AGAIN_MS = 2000;
const RANGES = [
  { minutes: 15, label: "15 min" },
  { minutes: 60, label: "1 hour" },
  { minutes: 1440, label: "1 day" },
] as const;
const SHOWN_TROUBLE = 5;

const COLUMNS: readonly Column[] = [{ name: "Workflow" }, { name: "Executions", kind: "right" }];

export function OverviewPage() {
  const [minutes, setMinutes] = useState<number>(60);
  const overview = useResource(() => client.value.overview({ minutes }), `overview ${minutes}`, { every: AGAIN_MS });
  const { data, error } = overview;
  const isEmpty = data !== undefined && data.workflows.length === 0;
  return (
    <Page title="Overview">
      {error === undefined ? null : <ProblemNote error={error} />}
      {data === undefined && error === undefined ? <Skeleton lines={4} /> : null}
      {data === undefined ? null : (
        <ul class="counts" aria-label="Executions by status">
          {STATUSES.map((status) => (
            <li key={status}>
              <a class={`count status-${status.toLowerCase()}`} href={listPlace({ status })}>
                <span class="count-number number">{countText(data.statuses[status] ?? 0)}</span>
                <span class="count-name">
                  <StatusMark status={status} />
                  {STATUS_NAMES[status]}
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <Card
        title="Throughput"
        id="throughput"
        aside={
          <fieldset class="switch">
            <legend class="unseen">How far back</legend>
            {RANGES.map((range) => (
              <label key={range.minutes}>
                <input
                  type="radio"
                  name="range"
                  checked={minutes === range.minutes}
                  onChange={() => setMinutes(range.minutes)}
                />
                <span>{range.label}</span>
              </label>
            ))}
          </fieldset>
        }
      >
        {data === undefined ? <Skeleton /> : <RateChart overview={data} minutes={minutes} />}
      </Card>
      {isEmpty ? (
        <Empty title="No executions yet">
          <p>
            Start one: <code>eventual start WORKFLOW --input JSON</code>, or <code>POST /v1/executions</code>.
          </p>
        </Empty>
      ) : (
        <div class="columns">
          <Trouble />
          <Card title="Workflows" id="workflows" flush>
            {data === undefined ? (
              <Skeleton />
            ) : (
              <Table caption="Workflows by name" columns={COLUMNS}>
                {data.workflows.map(({ workflow, executions }) => (
                  <tr key={workflow}>
                    <th scope="row">
                      <a href={listPlace({ workflow })}>{workflow}</a>
                    </th>
                    <td class="right number">{countText(executions)}</td>
                  </tr>
                ))}
              </Table>
            )}
          </Card>
        </div>
      )}
    </Page>
  );
}

/** The latest that failed, and those that wait for somebody. */
function Trouble() {
  const trouble = useResource(
    async () => {
      const pages = await Promise.all(
        (["SUSPENDED", "FAILED", "TIMED_OUT"] as const).map((status) =>
          client.value.page({ status, limit: SHOWN_TROUBLE }),
        ),
      );
      return pages
        .flatMap(({ items }) => items)
        .sort((left, right) => right.startTime.localeCompare(left.startTime))
        .slice(0, SHOWN_TROUBLE);
    },
    "trouble",
    { every: AGAIN_MS },
  );
  const { data } = trouble;
  return (
    <Card title="Needs attention" id="attention" flush>
      {data === undefined ? (
        <Skeleton />
      ) : data.length === 0 ? (
        <Empty title="All is well">
          <p>Nothing has failed and nothing is suspended.</p>
        </Empty>
      ) : (
        <ExecutionTable executions={data} caption="Latest executions that failed or are suspended" brief />
      )}
    </Card>
  );
}
