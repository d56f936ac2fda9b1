/** All executions: searched, filtered, page by page. The address holds what is asked for. */

import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { listPlace, wayOf } from "../data/places.js";
import { useResource } from "../data/resource.js";
import { client } from "../data/session.js";
import { ExecutionTable } from "../parts/execution-table.js";
import { Empty, Page, Skeleton } from "../parts/page.js";
import { Pager } from "../parts/pager.js";
import { ProblemNote } from "../parts/problem.js";
import { STATUS_NAMES, STATUSES, type Status } from "../parts/status.js";

const AGAIN_MS = 3000;
const PAGE = 50;
/** A search begins when nothing was typed for so long, ms. */
const TYPING_MS = 200;

const SPANS: Readonly<Record<string, { readonly label: string; readonly minutes: number }>> = {
  "15m": { label: "Last 15 minutes", minutes: 15 },
  "1h": { label: "Last hour", minutes: 60 },
  "1d": { label: "Last day", minutes: 1440 },
  "7d": { label: "Last week", minutes: 10_080 },
  "30d": { label: "Last 30 days", minutes: 43_200 },
};

interface Filters {
  readonly text: string;
  readonly workflow: string;
  readonly status: Status | "";
  readonly since: string;
  /** Cursors of the pages before and of this one, oldest first: the way back. */
  readonly way: readonly string[];
}

function filtersOf(query: Readonly<Record<string, string>>): Filters {
  const { text = "", workflow = "", since = "", page } = query;
  const status = STATUSES.find((name) => name === query.status) ?? "";
  return { text, workflow, status, since: since in SPANS ? since : "", way: wayOf(page) };
}

export function ExecutionsPage() {
  const { query, route } = useLocation();
  const filters = filtersOf(query);
  const { text, workflow, status, since, way } = filters;
  const go = (change: Partial<Filters>, replace = false): void => {
    const { way: pages, ...next } = { ...filters, way: [], ...change };
    route(listPlace({ ...next, page: pages.join(".") }), replace);
  };
  const cursor = way.at(-1);
  const key = JSON.stringify(filters);
  const minutes = SPANS[since]?.minutes;
  const page = useResource(
    () =>
      client.value.page({
        limit: PAGE,
        ...(text === "" ? {} : { text }),
        ...(workflow === "" ? {} : { workflow }),
        ...(status === "" ? {} : { status }),
        ...(minutes === undefined ? {} : { from: new Date(Date.now() - minutes * 60_000).toISOString() }),
        ...(cursor === undefined ? {} : { cursor }),
      }),
    key,
    // Older pages do not change under the reader's eyes.
    cursor === undefined ? { every: AGAIN_MS } : {},
  );
  const overview = useResource(() => client.value.overview({ minutes: 1 }), "workflows");
  const { data, error } = page;
  const isFiltered = text !== "" || workflow !== "" || status !== "" || since !== "";
  return (
    <Page title="Executions">
      <search class="filters">
        <SearchField text={text} search={(wanted) => go({ text: wanted }, true)} />
        <label>
          <span>Workflow</span>
          <select value={workflow} onChange={(event) => go({ workflow: event.currentTarget.value })}>
            <option value="">All</option>
            {namesOf(overview.data?.workflows.map(({ workflow: name }) => name) ?? [], workflow).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Status</span>
          <select
            value={status}
            onChange={({ currentTarget: { value } }) => go({ status: STATUSES.find((name) => name === value) ?? "" })}
          >
            <option value="">All</option>
            {STATUSES.map((name) => (
              <option key={name} value={name}>
                {STATUS_NAMES[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Started</span>
          <select value={since} onChange={(event) => go({ since: event.currentTarget.value })}>
            <option value="">Any time</option>
            {Object.entries(SPANS).map(([name, { label }]) => (
              <option key={name} value={name}>
                {label}
              </option>
            ))}
          </select>
        </label>
        {isFiltered ? (
          <button type="button" class="quiet" onClick={() => route(listPlace({}))}>
            Clear
          </button>
        ) : null}
      </search>
      {error === undefined ? null : <ProblemNote error={error} />}
      <p class="unseen" role="status">
        {data === undefined ? "" : `${data.items.length} executions on this page`}
      </p>
      {data === undefined ? (
        error === undefined ? (
          <Skeleton lines={8} />
        ) : null
      ) : data.items.length === 0 ? (
        <Empty title={isFiltered ? "None matches" : "No executions yet"}>
          {isFiltered ? (
            <p>Ask for less, or clear the filters.</p>
          ) : (
            <p>
              Start one: <code>eventual start WORKFLOW --input JSON</code>, or <code>POST /v1/executions</code>.
            </p>
          )}
        </Empty>
      ) : (
        <section class="card" aria-label="Executions">
          <ExecutionTable executions={data.items} caption="Executions, newest first" />
        </section>
      )}
      <Pager way={way} next={data?.next} go={(pages) => go({ way: pages })} />
    </Page>
  );
}

/** With the chosen one, which may have no executions any more. */
function namesOf(known: readonly string[], chosen: string): readonly string[] {
  return chosen === "" || known.includes(chosen) ? known : [chosen, ...known];
}

function SearchField({ text, search }: { readonly text: string; readonly search: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const field = useRef<HTMLInputElement>(null);
  const latest = useRef(search);
  latest.current = search;
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return undefined;
    const timer = setTimeout(() => latest.current(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, text]);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);
  return (
    <label class="search-field">
      <span>
        Id{" "}
        <span class="key" aria-hidden="true">
          /
        </span>
      </span>
      <input
        ref={field}
        type="search"
        placeholder="A part of the id"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
    </label>
  );
}
