/** A small picture for each kind of step. */
import type { JSX } from "preact";
import type { StepKind } from "../data/steps.js";

const line = { fill: "none", stroke: "currentColor", "stroke-width": "1.7", "stroke-linecap": "round" } as const;

const SHAPES: Readonly<Record<StepKind, JSX.Element>> = {
  task: <path d="m9 1.8-5.4 7h3.6L6.6 14l5.6-7.2H8.4z" {...line} stroke-linejoin="round" />,
  timer: (
    <>
      <circle cx="8" cy="8.5" r="5.2" {...line} />
      <path d="M8 5.7v2.9l1.9 1.3M6.4 1.6h3.2" {...line} />
    </>
  ),
  child: (
    <>
      <path d="M4 3v5.2a2 2 0 0 0 2 2h4.5" {...line} />
      <circle cx="12" cy="10.2" r="1.9" {...line} />
    </>
  ),
  start: (
    <>
      <circle cx="8" cy="8" r="5.6" {...line} />
      <path d="m6.8 5.8 3.2 2.2-3.2 2.2z" fill="currentColor" />
    </>
  ),
  send: <path d="M2.5 8h9.5M8.6 4.4 12.3 8l-3.7 3.6" {...line} stroke-linejoin="round" />,
  signal: (
    <>
      <circle cx="8" cy="8" r="1.6" fill="currentColor" />
      <path d="M4.8 11.2a4.5 4.5 0 0 1 0-6.4M11.2 4.8a4.5 4.5 0 0 1 0 6.4" {...line} />
    </>
  ),
  control: <path d="M4 14V2.5M4 3h7.5L9.8 5.6l1.7 2.6H4" {...line} stroke-linejoin="round" />,
  attempt: <path d="M12.6 6.2A5 5 0 1 0 13 9M13 2.8v3.6H9.4" {...line} stroke-linejoin="round" />,
  unknown: <circle cx="8" cy="8" r="2.4" fill="currentColor" />,
};

export function KindMark({ kind }: { readonly kind: StepKind }) {
  return (
    <svg class={`mark kind-${kind}`} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[kind]}
    </svg>
  );
}
