/** What a call waits for, in words. */
import type { WaitResource } from "../../client/observation.js";
import { countText } from "../data/format.js";
import { executionPlace } from "../data/places.js";
import type { StepKind } from "../data/steps.js";
import { KindMark } from "./kind.js";
import { Moment } from "./time.js";

type Several = Extract<WaitResource, { readonly kind: "several" }>;
type Pending = Exclude<WaitResource, Several>;

/** The picture for what is waited for. */
export function kindOf({ kind }: WaitResource): StepKind {
  switch (kind) {
    case "task":
    case "timer":
    case "signal":
    case "child":
      return kind;
    case "operation":
      return "send";
    default:
      return "unknown";
  }
}

const TOGETHER: Readonly<Record<Several["how"], string>> = {
  all: "all of",
  allSettled: "the end of all of",
  any: "the first success of",
  race: "the first of",
};

export function WaitText({ waitsFor }: { readonly waitsFor: WaitResource }) {
  return waitsFor.kind === "several" ? TOGETHER[waitsFor.how] : <PendingText waitsFor={waitsFor} />;
}

/** The members of several, each once with how often it is among them. */
export function WaitMembers({ waitsFor: { of, count } }: { readonly waitsFor: Several }) {
  const members = new Map<string, { member: Pending; times: number }>();
  for (const member of of) {
    const key = JSON.stringify(member);
    const known = members.get(key);
    if (known === undefined) members.set(key, { member, times: 1 });
    else known.times++;
  }
  const more = count - of.length;
  return (
    <ul class="wait-members">
      {[...members].map(([key, { member, times }]) => (
        <li key={key}>
          <KindMark kind={kindOf(member)} />
          <span>
            <PendingText waitsFor={member} />
            {times === 1 ? null : <span class="hint"> {times} times</span>}
          </span>
        </li>
      ))}
      {more > 0 ? <li>{countText(more)} more</li> : null}
    </ul>
  );
}

function PendingText({ waitsFor }: { readonly waitsFor: Pending }) {
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
    case "child":
      return (
        <>
          the end of <a href={executionPlace(waitsFor.execution)}>{waitsFor.execution}</a>
        </>
      );
    case "condition":
      return <>a condition</>;
    case "call":
      return (
        <>
          its call of <strong>{waitsFor.function}</strong>
        </>
      );
    case "together":
      return (
        <>
          {TOGETHER[waitsFor.how]} {countText(waitsFor.count)} {waitsFor.count === 1 ? "promise" : "promises"}
        </>
      );
    case "operation":
      return <>an answer of the engine</>;
    case "promise":
      return <>a promise of its own</>;
  }
}
