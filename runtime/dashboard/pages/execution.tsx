/** One execution: what it did, where it waits, what it was given and gives, what it logs, and what can be done to it. */

import { useEffect } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import type { ExecutionDetails } from "../../client/http.js";
import { useFollowed } from "../data/follow.js";
import { bytesText, countText } from "../data/format.js";
import { executionPlace, listPlace, ROOT } from "../data/places.js";
import { useResource } from "../data/resource.js";
import { client } from "../data/session.js";
import { Actions } from "../parts/actions.js";
import { errorLine } from "../parts/execution-table.js";
import { LogView } from "../parts/log.js";
import { Card, Empty, Page, Skeleton } from "../parts/page.js";
import { ProblemNote } from "../parts/problem.js";
import { Standing } from "../parts/standing.js";
import { StatusBadge } from "../parts/status.js";
import { Lasted, Moment } from "../parts/time.js";
import { Timeline } from "../parts/timeline.js";
import { ValueView } from "../parts/value.js";

/** Also without news: what is on the time axis moves, and a tab that slept comes back. */
const AGAIN_MS = 10_000;

export function ExecutionPage() {
  const { params } = useRoute();
  const { workflow = "", name = "" } = params;
  const id = `${workflow}/${name}`;
  const followed = useFollowed(id);
  const details = useResource(() => client.value.get(id), id, { every: AGAIN_MS });
  const { data, error, reload } = details;
  const isOpen = data?.status === "IN_PROGRESS" || data?.status === "SUSPENDED";
  const timeline = useResource(() => client.value.timeline(id), id);
  const standing = useResource(() => client.value.standing(id), id, { when: isOpen });
  const { reload: reloadTimeline } = timeline;
  const { reload: reloadStanding } = standing;
  useEffect(() => {
    if (followed.news === 0) return;
    reload();
    reloadTimeline();
    if (isOpen) reloadStanding();
  }, [followed.news]);
  const { url } = useLocation();
  useEffect(() => {
    // A page that was not there yet could not scroll to its part.
    if (data !== undefined && location.hash !== "") document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [url, data !== undefined]);
  return (
    <Page
      title={id}
      heading={
        <span class="execution-heading">
          <a class="execution-workflow" href={listPlace({ workflow })}>
            {workflow}
          </a>
          <span class="soft">/</span>
          <wbr />
          <span class="execution-name">{name}</span>
        </span>
      }
      lead={data === undefined ? undefined : <Lead execution={data} />}
      actions={data === undefined ? undefined : <Actions execution={data} waits={standing.data} done={reload} />}
    >
      {error === undefined ? null : <ProblemNote error={error} />}
      {data === undefined && error !== undefined ? (
        <p>
          <a href={`${ROOT}/executions`}>All executions</a>
        </p>
      ) : null}
      {data?.reason === undefined ? null : <Suspended reason={data.reason} />}
      {data === undefined && error === undefined ? <Skeleton lines={8} /> : null}
      {data === undefined ? null : (
        <>
          {isOpen ? (
            <Card title="Where it waits" id="standing" flush>
              {standing.error === undefined ? null : <ProblemNote error={standing.error} />}
              {standing.data !== undefined ? (
                <Standing standing={standing.data} program={data.program} />
              ) : standing.error === undefined ? (
                <Skeleton lines={5} />
              ) : null}
            </Card>
          ) : null}
          <Card
            title="Timeline"
            id="timeline"
            aside={
              timeline.data === undefined ? undefined : (
                <span class="hint">
                  {countText(timeline.data.spans.length)} {timeline.data.spans.length === 1 ? "step" : "steps"}
                </span>
              )
            }
            flush
          >
            {timeline.error === undefined ? null : <ProblemNote error={timeline.error} />}
            {timeline.data === undefined ? (
              <Skeleton lines={4} />
            ) : timeline.data.spans.length + timeline.data.moments.length === 0 ? (
              <Empty title="No steps yet">
                <p>Tasks, timers, signals and children appear here as it makes them.</p>
              </Empty>
            ) : (
              <Timeline timeline={timeline.data} />
            )}
          </Card>
          <div class="columns even">
            <Card title="Input" id="input" flush>
              <ValueView value={data.input} label="Input as JSON" />
            </Card>
            <Outcome execution={data} />
          </div>
          <Card
            title="Log"
            id="log"
            flush
            aside={followed.isLive && isOpen ? <span class="live">Live</span> : undefined}
          >
            <LogView followed={followed} />
          </Card>
        </>
      )}
    </Page>
  );
}

function Lead({ execution }: { readonly execution: ExecutionDetails }) {
  const { status, startTime, endTime, program, parent, checkpointBytes, tailBytes } = execution;
  return (
    <ul class="lead-facts">
      <li>
        <StatusBadge status={status} />
      </li>
      <li>
        started <Moment at={startTime} />
      </li>
      <li>
        {endTime === undefined ? "open for " : "took "}
        <Lasted from={startTime} to={endTime} />
      </li>
      {parent === undefined ? null : (
        <li>
          child of <a href={executionPlace(parent)}>{parent}</a>
        </li>
      )}
      <li>
        program <code title={program}>{program.slice(0, 12)}</code>
      </li>
      {checkpointBytes + tailBytes === 0 ? null : <li>state {bytesText(checkpointBytes + tailBytes)}</li>}
    </ul>
  );
}

function Suspended({
  reason: { code, message, remedy },
}: {
  readonly reason: NonNullable<ExecutionDetails["reason"]>;
}) {
  return (
    <div class="problem warning" role="note">
      <p class="problem-what">
        <code class="problem-code">{code}</code> {message}
      </p>
      <p class="problem-remedy">{remedy}</p>
    </div>
  );
}

function Outcome({ execution: { status, result, error } }: { readonly execution: ExecutionDetails }) {
  if (error !== undefined) return <ErrorCard error={error} />;
  return (
    <Card title="Result" id="outcome" flush>
      {status === "SUCCEEDED" ? (
        <ValueView value={result ?? null} label="Result as JSON" />
      ) : (
        <Empty title="No result yet">
          <p>It appears here when the execution has ended.</p>
        </Empty>
      )}
    </Card>
  );
}

/** What was thrown: its text, its stack, and whatever else it carries. */
function ErrorCard({ error }: { readonly error: unknown }) {
  const {
    name: _,
    message: __,
    stack,
    ...rest
  }: Record<string, unknown> = typeof error === "object" ? { ...error } : {};
  return (
    <Card title="Error" id="outcome" flush>
      <p class="error-line">{errorLine(error)}</p>
      {typeof stack === "string" ? <pre class="error-stack">{stackLines(stack)}</pre> : null}
      {Object.keys(rest).length > 0 ? <ValueView value={rest} label="More of the error" /> : null}
    </Card>
  );
}

/** Without the first line, which repeats the message. */
function stackLines(stack: string): string {
  const at = stack.search(/^\s+at /m);
  return at === -1 ? stack : stack.slice(at).trimEnd();
}
