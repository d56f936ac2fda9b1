/** An execution's status: a shape, a colour and a word, so that none of them is needed to tell it. */
import type { JSX } from "preact";
import type { Execution } from "../../client/http.js";

export type Status = Execution["status"];

export const STATUS_NAMES: Readonly<Record<Status, string>> = {
  IN_PROGRESS: "In progress",
  SUSPENDED: "Suspended",
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  CANCELLED: "Cancelled",
  TIMED_OUT: "Timed out",
  TERMINATED: "Terminated",
};

export const STATUSES = Object.keys(STATUS_NAMES) as readonly Status[];

/** Drawn in a square of 16. */
const SHAPES: Readonly<Record<Status, JSX.Element>> = {
  IN_PROGRESS: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="2" opacity=".3" />
      <path d="M8 2.5A5.5 5.5 0 0 1 13.5 8" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
    </>
  ),
  SUSPENDED: <path d="M5.5 3.5v9M10.5 3.5v9" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" />,
  SUCCEEDED: (
    <path
      d="m3 8.5 3.3 3.3L13 5"
      fill="none"
      stroke="currentColor"
      stroke-width="2.2"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  ),
  FAILED: <path d="m4 4 8 8m0-8-8 8" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" />,
  CANCELLED: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.8" />
      <path d="m4.2 11.8 7.6-7.6" stroke="currentColor" stroke-width="1.8" />
    </>
  ),
  TIMED_OUT: (
    <>
      <circle cx="8" cy="8" r="5.7" fill="none" stroke="currentColor" stroke-width="1.8" />
      <path d="M8 4.8V8l2.2 1.6" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
    </>
  ),
  TERMINATED: <rect x="3.5" y="3.5" width="9" height="9" rx="1.5" fill="currentColor" />,
};

export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <svg class={`mark status-${status.toLowerCase()}`} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[status]}
    </svg>
  );
}

export function StatusBadge({ status }: { readonly status: Status }) {
  return (
    <span class={`badge status-${status.toLowerCase()}`}>
      <StatusMark status={status} />
      {STATUS_NAMES[status]}
    </span>
  );
}
