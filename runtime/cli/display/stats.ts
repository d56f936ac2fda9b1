/** What a database holds, as text for people. */
import type { StoreStats } from "../../store/sqlite/examine.js";
import type { Output } from "../output.js";
import { tableText } from "./table.js";
import { lengthText, timeText } from "./time.js";

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `now` in ms since the epoch. */
export function statsText(stats: StoreStats, now: number, { paint, width }: Pick<Output, "paint" | "width">): string {
  const { executions, kinds, oldestInProgress, oldestTask, nextTimer } = stats;
  const fixed = (title: string) => ({ title, flexible: false });
  const parts = [
    `file ${bytesText(stats.fileBytes)}, write-ahead log ${bytesText(stats.logBytes)}, opened ${stats.incarnation} times`,
    tableText(
      [{ title: "WORKFLOW", flexible: true }, fixed("STATUS"), fixed("COUNT")],
      executions.map(({ workflow, status, count }) => [workflow, status, String(count)]),
      width,
    ).trimEnd(),
    tableText(
      [fixed("STORED"), fixed("ROWS"), fixed("SIZE")],
      kinds.map(({ kind, rows, bytes }) => [kind, String(rows), bytesText(bytes)]),
      width,
    ).trimEnd(),
  ];
  const facts: string[] = [];
  if (oldestInProgress !== undefined) {
    const { id, startTime } = oldestInProgress;
    facts.push(`oldest in progress: ${paint("bold", id)}, since ${lengthText(now - startTime)}`);
  }
  if (oldestTask !== undefined) {
    const { execution, task, since } = oldestTask;
    facts.push(`oldest open task: ${task} of ${paint("bold", execution)}, since ${lengthText(now - since)}`);
  }
  if (nextTimer !== undefined) facts.push(`next timer: ${timeText(nextTimer)}`);
  return [...parts, ...(facts.length === 0 ? [] : [facts.join("\n")])].join("\n\n");
}

/** `12.3 MB`, in powers of ten. */
export function bytesText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${UNITS[unit]}`;
}
