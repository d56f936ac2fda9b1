/** What starts executions by the clock. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ScheduleResource } from "../../client/schedules.js";
import { durationText } from "../data/format.js";
import { executionPlace, listPlace } from "../data/places.js";
import { useResource } from "../data/resource.js";
import { client } from "../data/session.js";
import { Dialog } from "../parts/dialog.js";
import { Listing } from "../parts/listing.js";
import { Empty, Page } from "../parts/page.js";
import { type Column, Table } from "../parts/table.js";
import { Moment } from "../parts/time.js";

const AGAIN_MS = 3000;

type Act = "pause" | "resume" | "trigger";

const ACTS: Readonly<Record<Act, { readonly title: string; readonly confirm: string; readonly text: string }>> = {
  pause: { title: "Pause this schedule?", confirm: "Pause", text: "It starts nothing until it is resumed." },
  resume: {
    title: "Resume this schedule?",
    confirm: "Resume",
    text: "It goes on as if it began now; what it missed meanwhile is not made up for.",
  },
  trigger: { title: "Start an execution now?", confirm: "Start", text: "When it is due next stays as it is." },
};

const COLUMNS: readonly Column[] = [
  { name: "Schedule" },
  { name: "Workflow", kind: "extra" },
  { name: "When" },
  { name: "Next" },
  { name: "Last", kind: "extra" },
  { name: "Actions", kind: "actions" },
];

export function SchedulesPage() {
  const { route } = useLocation();
  const schedules = useResource(() => client.value.schedules(), "schedules", { every: AGAIN_MS });
  const [asked, ask] = useState<{ readonly name: string; readonly act: Act } | undefined>(undefined);
  const { reload } = schedules;
  return (
    <Page title="Schedules" lead={<p class="hint">What the programs declare with schedule(), and when it is due.</p>}>
      <Listing
        resource={schedules}
        isEmpty={(rows) => rows.length === 0}
        empty={
          <Empty title="No schedules">
            <p>
              A program declares one with <code>schedule(name, when, workflow)</code>.
            </p>
          </Empty>
        }
      >
        {(rows) => (
          <section class="card" aria-label="Schedules">
            <ScheduleTable schedules={rows} ask={(name, act) => ask({ name, act })} />
          </section>
        )}
      </Listing>
      {asked === undefined ? null : (
        <Dialog
          title={ACTS[asked.act].title}
          confirm={ACTS[asked.act].confirm}
          close={() => ask(undefined)}
          act={async () => {
            const { name, act } = asked;
            if (act === "trigger") route(executionPlace((await client.value.triggerSchedule(name)).id));
            else {
              await (act === "pause" ? client.value.pauseSchedule(name) : client.value.resumeSchedule(name));
              reload();
            }
          }}
        >
          <p class="dialog-subject">{asked.name}</p>
          <p>{ACTS[asked.act].text}</p>
        </Dialog>
      )}
    </Page>
  );
}

interface TableProps {
  readonly schedules: readonly ScheduleResource[];
  readonly ask: (name: string, act: Act) => void;
}

function ScheduleTable({ schedules, ask }: TableProps) {
  return (
    <Table caption="Schedules by name" columns={COLUMNS} kind="executions">
      {schedules.map(({ name, workflow, when, next, last, paused }) => (
        <tr key={name}>
          <th scope="row">
            <strong>{name}</strong>
          </th>
          <td class="extra">
            <a href={listPlace({ workflow })}>{workflow}</a>
          </td>
          <td>
            <WhenText when={when} />
          </td>
          <td class="soft">{paused ? "paused" : next === undefined ? "" : <Moment at={next} />}</td>
          <td class="soft extra">
            {last === undefined ? (
              "never"
            ) : (
              <a href={executionPlace(last.execution)}>
                <Moment at={last.at} />
              </a>
            )}
          </td>
          <td class="row-actions">
            <button type="button" aria-label={`Start … ${name}`} onClick={() => ask(name, "trigger")}>
              Start …
            </button>
            <button
              type="button"
              aria-label={`${paused ? "Resume" : "Pause"} … ${name}`}
              onClick={() => ask(name, paused ? "resume" : "pause")}
            >
              {paused ? "Resume …" : "Pause …"}
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function WhenText({ when }: { readonly when: ScheduleResource["when"] }) {
  if ("everyMs" in when) return <>every {durationText(when.everyMs)}</>;
  return (
    <>
      <code>{when.cron}</code> <span class="hint">{when.timezone}</span>
    </>
  );
}
