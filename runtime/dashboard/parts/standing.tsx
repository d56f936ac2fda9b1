/** Where an execution waits: its calls, with their source and the variables of each. */
import { useState } from "preact/hooks";
import type { StackResource, StandingResource } from "../../client/observation.js";
import { countText } from "../data/format.js";
import { useResource } from "../data/resource.js";
import { client } from "../data/session.js";
import { groupsOf, restingLines, type StackGroup } from "../data/stacks.js";
import { Tokens } from "./code.js";
import { KindMark } from "./kind.js";
import { Empty } from "./page.js";
import { ProblemNote } from "./problem.js";
import { Source } from "./source.js";
import { kindOf, WaitMembers, WaitText } from "./wait-text.js";

type Frame = StackResource["frames"][number];
type Resting = ReturnType<typeof restingLines>;

interface StandingProps {
  readonly standing: StandingResource;
  /** Hash of the program that it runs on. */
  readonly program: string;
}

export function Standing({ standing: { stacks, newer }, program }: StandingProps) {
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
  const resting = restingLines(stacks);
  return (
    <div class="stacks">
      {newer > 0 ? (
        <p class="hint">As of its last checkpoint; {countText(newer)} later activations are not shown yet.</p>
      ) : null}
      {groupsOf(stacks).map((group) => (
        <Group key={group.key} group={group} program={program} resting={resting} />
      ))}
    </div>
  );
}

interface GroupProps {
  readonly group: StackGroup;
  readonly program: string;
  readonly resting: Resting;
}

function Group({ group: { stacks }, program, resting }: GroupProps) {
  const [wanted, choose] = useState(0);
  // One of them may have gone on.
  const at = Math.min(wanted, stacks.length - 1);
  const { waitsFor, frames } = stacks[at] ?? stacks[0];
  const name = frames[0]?.function ?? "the call";
  return (
    <article class="stack">
      <header class="stack-head">
        <KindMark kind={kindOf(waitsFor)} />
        <h3>
          Waits for <WaitText waitsFor={waitsFor} />
        </h3>
        {waitsFor.kind === "several" ? <WaitMembers waitsFor={waitsFor} /> : null}
        {stacks.length === 1 ? null : <Chooser name={name} at={at} count={stacks.length} choose={choose} />}
      </header>
      {frames.map((frame, index) => (
        <FrameView
          key={`${frame.file} ${frame.function} ${index}`}
          frame={frame}
          isInnermost={index === 0}
          program={program}
          resting={resting.get(frame.file)}
        />
      ))}
    </article>
  );
}

interface ChooserProps {
  readonly name: string;
  readonly at: number;
  readonly count: number;
  readonly choose: (at: number) => void;
}

/** Goes through calls that wait at the same line. */
function Chooser({ name, at, count, choose }: ChooserProps) {
  return (
    <fieldset class="chooser">
      <legend class="unseen">
        {countText(count)} calls of {name} wait here
      </legend>
      <button
        type="button"
        class="quiet"
        aria-label={`Previous call of ${name}`}
        disabled={at === 0}
        onClick={() => choose(at - 1)}
      >
        ‹
      </button>
      <output class="number">
        call {countText(at + 1)} of {countText(count)}
      </output>
      <button
        type="button"
        class="quiet"
        aria-label={`Next call of ${name}`}
        disabled={at === count - 1}
        onClick={() => choose(at + 1)}
      >
        ›
      </button>
    </fieldset>
  );
}

interface FrameProps {
  readonly frame: Frame;
  readonly isInnermost: boolean;
  readonly program: string;
  /** Of the frame's file. */
  readonly resting: ReadonlyMap<number, number> | undefined;
}

function FrameView({ frame, isInnermost, program, resting }: FrameProps) {
  const { function: name, file, line, column, source, variables } = frame;
  const [isWhole, showWhole] = useState(false);
  const whole = useResource(() => client.value.source(program, file), `${program} ${file}`, { when: isWhole });
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  const all = isWhole ? whole.data?.lines.map((text, index) => ({ line: index + 1, text })) : undefined;
  return (
    <div class="frame">
      <p class="frame-head">
        <span class="frame-name">{name}</span>
        <span class="frame-place">{place}</span>
        {isInnermost ? null : <span class="hint">waits for the call above</span>}
        {source.length === 0 ? null : (
          <button
            type="button"
            class="quiet frame-whole"
            aria-pressed={isWhole}
            aria-label={`Whole file ${file}, for ${name}`}
            onClick={() => showWhole(!isWhole)}
          >
            Whole file
          </button>
        )}
      </p>
      {isWhole && whole.error !== undefined ? <ProblemNote error={whole.error} /> : null}
      <div class="frame-body">
        <Source
          label={`Source of ${name}, waiting in line ${line ?? 0}`}
          rows={all ?? source}
          here={line}
          resting={resting}
          isWhole={all !== undefined}
        />
        {variables.length === 0 ? <p class="variables hint">No variable is used after this line.</p> : null}
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
