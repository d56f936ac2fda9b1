/** What an execution did, as a picture on a time axis that is a table as well. */
import { Fragment } from "preact";
import { useId, useMemo, useState } from "preact/hooks";
import type { TimelineResource } from "../../client/observation.js";
import { type Axis, type AxisMode, axisOf, betterMode } from "../data/axis.js";
import { clockText, durationText, momentText } from "../data/format.js";
import { now } from "../data/now.js";
import { executionPlace } from "../data/places.js";
import { type Step, type StepKind, type StepState, stepsOf, timesOf } from "../data/steps.js";
import { KindMark } from "./kind.js";
import { ValueView } from "./value.js";

const KIND_NAMES: Readonly<Record<StepKind, string>> = {
  task: "task",
  timer: "timer",
  child: "child",
  start: "start",
  send: "message",
  unknown: "operation",
  signal: "signal",
  control: "act",
  attempt: "attempt",
};
const STATE_NAMES: Readonly<Record<StepState, string>> = {
  open: "open",
  succeeded: "done",
  failed: "failed",
  withdrawn: "withdrawn",
  received: "received",
};
const FIRST_ROWS = 200;
/** Of the time that a timer still has to go, so much is shown beyond now, as a part of all. */
const AHEAD = 0.25;

interface Drawing {
  readonly axis: Axis;
  readonly from: number;
  readonly present: number;
}

export function Timeline({ timeline }: { readonly timeline: TimelineResource }) {
  const [chosen, choose] = useState<AxisMode | undefined>(undefined);
  const [most, setMost] = useState(FIRST_ROWS);
  const steps = useMemo(() => stepsOf(timeline), [timeline]);
  const from = Date.parse(timeline.start);
  const present = timeline.end === undefined ? Math.max(now.value, Date.parse(timeline.now)) : Date.parse(timeline.end);
  const latest = Math.max(present, ...steps.map(({ end }) => end ?? 0));
  const due = Math.max(0, ...steps.map(({ until, end }) => (end === undefined ? (until ?? 0) : 0)));
  const times = (to: number) => timesOf(steps, from, present, to);
  const mode = chosen ?? betterMode(times(latest));
  const to =
    due <= latest
      ? latest
      : mode === "compressed"
        ? due
        : Math.min(due, latest + Math.max(1000, (latest - from) * AHEAD));
  const axis = axisOf(times(to), mode);
  const drawing = { axis, from, present };
  return (
    <div class="timeline-box">
      <div class="timeline-tools">
        <fieldset class="switch">
          <legend class="unseen">Time axis</legend>
          {(["even", "compressed"] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="axis" checked={mode === name} onChange={() => choose(name)} />
              <span>{name === "even" ? "Even" : "Compressed"}</span>
            </label>
          ))}
        </fieldset>
        {timeline.omitted ? <p class="hint">Earlier steps are no longer kept.</p> : null}
      </div>
      <table class="timeline">
        <caption class="unseen">
          Steps in the order of their beginnings, with a picture of when each of them ran
        </caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">State</th>
            <th scope="col" class="right">
              Took
            </th>
            <th scope="col" class="track-head">
              <span class="unseen">When</span>
              <span class="ticks" aria-hidden="true">
                {axis.ticks.map(({ at, label }) => (
                  <span key={at} class="tick" style={{ left: percent(at) }}>
                    {label}
                  </span>
                ))}
              </span>
            </th>
          </tr>
        </thead>
        <tbody>
          {steps.slice(-most).map((step) => (
            <Row key={step.key} step={step} drawing={drawing} />
          ))}
        </tbody>
      </table>
      {steps.length > most ? (
        <button type="button" class="quiet more" onClick={() => setMost(most * 5)}>
          Show earlier steps ({steps.length - most} more)
        </button>
      ) : null}
    </div>
  );
}

function Row({ step, drawing }: { readonly step: Step; readonly drawing: Drawing }) {
  const [isOpen, setOpen] = useState(false);
  const { kind, name, state, start, end } = step;
  const details = useId();
  const took = step.span === undefined ? undefined : (end ?? drawing.present) - start;
  return (
    <Fragment>
      <tr class={isOpen ? "step open" : "step"}>
        <th scope="row">
          <button
            type="button"
            class="step-name"
            aria-expanded={isOpen}
            aria-controls={details}
            onClick={() => setOpen(!isOpen)}
          >
            <KindMark kind={kind} />
            <span class="step-text">{name}</span>
            <span class="step-kind">{KIND_NAMES[kind]}</span>
          </button>
        </th>
        <td>
          <span class={`step-state state-${state}`}>{stateText(step)}</span>
        </td>
        <td class="right number">{took === undefined ? "" : durationText(Math.max(0, took))}</td>
        <td class="track-cell">
          <Track step={step} drawing={drawing} />
        </td>
      </tr>
      {isOpen ? (
        <tr class="step-details" id={details}>
          <td colSpan={4}>
            <Details step={step} />
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}

function stateText({ state, segments, moments }: Step): string {
  if (moments.length > 1) return `${moments.length} times`;
  return segments.length > 1 ? `${STATE_NAMES[state]}, attempt ${segments.length}` : STATE_NAMES[state];
}

function Track({ step, drawing }: { readonly step: Step; readonly drawing: Drawing }) {
  const { axis, present } = drawing;
  const { kind, segments, moments, until, end, start } = step;
  const place = (from: number, to: number) => {
    const left = axis.at(from);
    return { left: percent(left), width: percent(Math.max(0, axis.at(Math.max(from, to)) - left)) };
  };
  return (
    <div class="track" aria-hidden="true">
      {axis.ticks.map(({ at }) => (
        <span key={at} class="grid-line" style={{ left: percent(at) }} />
      ))}
      {segments.length > 1 ? <span class="rest-line" style={place(start, end ?? present)} /> : null}
      {until !== undefined && end === undefined ? <span class="bar ahead" style={place(present, until)} /> : null}
      {segments.map(({ from, to, state }) => (
        <span
          key={from}
          class={`bar kind-${kind} state-${state}`}
          style={place(from, to ?? Math.max(present, from))}
          title={`${clockText(from)} – ${to === undefined ? "now" : clockText(to)}`}
        />
      ))}
      {moments.map(({ time }, index) => (
        <span
          key={index}
          class={`moment kind-${kind}`}
          style={{ left: percent(axis.at(Date.parse(time))) }}
          title={time}
        />
      ))}
    </div>
  );
}

function Details({ step }: { readonly step: Step }) {
  const { span, moments, kind, name, start, end, until } = step;
  return (
    <div class="details">
      <dl class="facts">
        <Fact name="State">{stateText(step)}</Fact>
        {moments.length === 0 ? <Fact name="Began">{momentText(start)}</Fact> : null}
        {until === undefined ? null : <Fact name="Due">{momentText(until)}</Fact>}
        {moments.length > 0 || end === undefined ? null : <Fact name="Ended">{momentText(end)}</Fact>}
        {kind === "child" || kind === "start" ? (
          <Fact name="Execution">
            <a href={executionPlace(name)}>{name}</a>
          </Fact>
        ) : null}
      </dl>
      {moments.map(({ time, value, reason }, index) => (
        <div key={index}>
          <h3>{momentText(Date.parse(time))}</h3>
          {reason === undefined ? null : <p>{reason}</p>}
          {value === undefined ? null : <ValueView value={value} label={`Payload of ${name}`} />}
        </div>
      ))}
      {span?.input === undefined ? null : (
        <div>
          <h3>Input</h3>
          <ValueView value={span.input} label={`Input of ${name}`} />
        </div>
      )}
      {span?.output === undefined ? null : (
        <div>
          <h3>{span.state === "failed" ? "Error" : "Result"}</h3>
          <ValueView value={span.output} label={`Output of ${name}`} />
        </div>
      )}
      {span === undefined || span.attempts.length < 2 ? null : <Attempts span={span} />}
    </div>
  );
}

function Attempts({ span }: { readonly span: NonNullable<Step["span"]> }) {
  return (
    <div class="attempts">
      <h3>Attempts</h3>
      <ol>
        {span.attempts.map(({ number, start, end, error }) => (
          <li key={number}>
            <span class="number">{clockText(Date.parse(start))}</span>{" "}
            {end === undefined ? "running" : `for ${durationText(Date.parse(end) - Date.parse(start))}`}
            {error === undefined ? null : <span class="attempt-error">{errorText(error)}</span>}
          </li>
        ))}
      </ol>
    </div>
  );
}

function errorText(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  const { name, message } = error as { name?: unknown; message?: unknown };
  return [name, message].filter((part) => typeof part === "string").join(": ");
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}
