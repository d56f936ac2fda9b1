/** Where an execution waits: its calls, with their source and the variables of each. */
import type { StackResource, StandingResource } from "../../client/observation.js";
import { countText } from "../data/format.js";
import type { StepKind } from "../data/steps.js";
import { Tokens } from "./code.js";
import { KindMark } from "./kind.js";
import { Empty } from "./page.js";
import { Moment } from "./time.js";

type Frame = StackResource["frames"][number];

export function Standing({ standing }: { readonly standing: StandingResource }) {
  const { stacks, newer } = standing;
  if (stacks === undefined) {
    return (
      <Empty title="Its state cannot be shown">
        <p>It has no checkpoint yet, and none can be made of what it holds now. Its log says why.</p>
      </Empty>
    );
  }
  if (stacks.length === 0) {
    return (
      <Empty title="It waits nowhere">
        <p>No call of an async function is waiting: it is running, or only handlers of signals are left.</p>
      </Empty>
    );
  }
  return (
    <div class="stacks">
      {newer > 0 ? (
        <p class="hint">As of its last checkpoint; {countText(newer)} later activations are not shown yet.</p>
      ) : null}
      {stacks.map((stack, index) => (
        <Stack key={index} stack={stack} />
      ))}
    </div>
  );
}

function Stack({ stack: { waitsFor, frames } }: { readonly stack: StackResource }) {
  return (
    <article class="stack">
      <header class="stack-head">
        <KindMark kind={kindOf(waitsFor)} />
        <h3>
          Waits for <WaitText waitsFor={waitsFor} />
        </h3>
      </header>
      {frames.map((frame, index) => (
        <FrameView key={index} frame={frame} isInnermost={index === 0} />
      ))}
    </article>
  );
}

function kindOf({ kind }: StackResource["waitsFor"]): StepKind {
  return kind === "operation" ? "send" : kind === "promise" ? "unknown" : kind;
}

function WaitText({ waitsFor }: { readonly waitsFor: StackResource["waitsFor"] }) {
  switch (waitsFor.kind) {
    case "task":
      return (
        <>
          task <strong>{waitsFor.task}</strong>
          <span class="hint">
            {" "}
            attempt {Math.max(1, waitsFor.attempt)}, called <Moment at={waitsFor.since} />
          </span>
        </>
      );
    case "timer":
      return (
        <>
          a timer
          <span class="hint">
            {" "}
            due <Moment at={waitsFor.at} />
          </span>
        </>
      );
    case "signal":
      return (
        <>
          signal <strong>{waitsFor.signal}</strong>
        </>
      );
    case "operation":
      return <>an answer of the engine</>;
    case "promise":
      return <>a promise or condition of its own</>;
  }
}

function FrameView({ frame, isInnermost }: { readonly frame: Frame; readonly isInnermost: boolean }) {
  const { function: name, file, line, column, source, variables } = frame;
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return (
    <div class="frame">
      <p class="frame-head">
        <span class="frame-name">{name}</span>
        <span class="frame-place">{place}</span>
        {isInnermost ? null : <span class="hint">waits for the call above</span>}
      </p>
      <div class="frame-body">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled with the keyboard */}
        <section class="source" tabIndex={0} aria-label={`Source of ${name}, waiting in line ${line ?? 0}`}>
          <ol>
            {source.map((row) => (
              <li
                key={row.line}
                value={row.line}
                class={row.line === line ? "here" : undefined}
                aria-current={row.line === line ? "true" : undefined}
              >
                <span class="line-number" aria-hidden="true">
                  {row.line === line ? <span class="here-mark">▶</span> : null}
                  {row.line}
                </span>
                <code>
                  <Tokens code={row.text} language="typescript" />
                  {row.line === line ? <span class="unseen"> (waiting here)</span> : null}
                </code>
              </li>
            ))}
          </ol>
        </section>
        {variables.length === 0 ? <p class="variables hint">No variables are alive here.</p> : null}
        <dl class="variables" aria-label={`Variables of ${name}`} hidden={variables.length === 0}>
          {variables.map((variable) => (
            <div key={variable.name}>
              <dt>{variable.name}</dt>
              <dd>
                <Tokens code={variable.value} language="typescript" />
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}
