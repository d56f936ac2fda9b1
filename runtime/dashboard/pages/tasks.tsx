/** Tasks that are not completed: running, waiting for room, resting between attempts, waiting for their tokens. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { can } from "../data/features.js";
import { executionPlace, tasksPlace, wayOf } from "../data/places.js";
import { useResource } from "../data/resource.js";
import { client } from "../data/session.js";
import { Dialog } from "../parts/dialog.js";
import { Listing } from "../parts/listing.js";
import { Empty, Page } from "../parts/page.js";
import { Pager } from "../parts/pager.js";
import { type Column, Table } from "../parts/table.js";
import { Moment } from "../parts/time.js";

const AGAIN_MS = 2000;
const PAGE = 50;

type OpenTask = Awaited<ReturnType<typeof client.value.tasks>>["items"][number];

const STATES: Readonly<Record<OpenTask["state"], string>> = {
  scheduled: "waits for room",
  running: "running",
  resting: "rests",
  waiting: "waits for its token's holder",
};

const COLUMNS: readonly Column[] = [
  { name: "Task" },
  { name: "State" },
  { name: "Attempt", kind: "extra" },
  { name: "Called", kind: "extra" },
  { name: "Execution" },
  { name: "Actions", kind: "actions" },
];

export function TasksPage() {
  const { query, route } = useLocation();
  const way = wayOf(query.page);
  const cursor = way.at(-1);
  const tasks = useResource(
    () => client.value.tasks({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }),
    `tasks ${cursor}`,
    { every: AGAIN_MS },
  );
  const [asked, ask] = useState<OpenTask | undefined>(undefined);
  const { data, reload } = tasks;
  return (
    <Page title="Open tasks" lead={<p class="hint">Calls of tasks that are not completed, in their order.</p>}>
      <Listing
        resource={tasks}
        isEmpty={({ items }) => items.length === 0}
        empty={
          <Empty title="No open tasks">
            <p>Every task that was called is completed.</p>
          </Empty>
        }
      >
        {({ items }) => (
          <section class="card" aria-label="Open tasks">
            <TaskTable tasks={items} retry={ask} />
          </section>
        )}
      </Listing>
      <Pager way={way} next={data?.next} go={(pages) => route(tasksPlace(pages))} names={["Earlier", "Later"]} />
      {asked === undefined ? null : (
        <Dialog
          title="Begin the next attempt now?"
          confirm="Begin"
          close={() => ask(undefined)}
          act={async () => {
            await client.value.retryTask(asked);
            reload();
          }}
        >
          <p class="dialog-subject">
            {asked.task}, call {asked.seq} of {asked.execution}
          </p>
          <p>It does not wait for the time that its retry policy gave it.</p>
        </Dialog>
      )}
    </Page>
  );
}

function TaskTable({
  tasks,
  retry,
}: {
  readonly tasks: readonly OpenTask[];
  readonly retry: (task: OpenTask) => void;
}) {
  const canRetry = can("post /v1/executions/{workflow}/{name}/tasks/{seq}/retry");
  return (
    <Table caption="Open tasks in the order of their calls" columns={COLUMNS} kind="executions">
      {tasks.map((task) => (
        <tr key={`${task.execution} ${task.seq}`}>
          <th scope="row">
            <strong>{task.task}</strong>
          </th>
          <td>
            {STATES[task.state]}
            {task.nextAttempt === undefined ? null : (
              <span class="soft">
                , next attempt <Moment at={task.nextAttempt} />
              </span>
            )}
          </td>
          <td class="number extra">{task.attempt}</td>
          <td class="soft extra">
            <Moment at={task.scheduledTime} />
          </td>
          <td>
            <a href={executionPlace(task.execution)}>{task.execution}</a>
          </td>
          <td class="right">
            {canRetry && task.state === "resting" ? (
              <button
                type="button"
                onClick={() => retry(task)}
                aria-label={`Retry now … ${task.task} of ${task.execution}`}
              >
                Retry<span class="roomy"> now</span> …
              </button>
            ) : null}
          </td>
        </tr>
      ))}
    </Table>
  );
}
