/** Where an execution stands, as text for people and as JSON for scripts. */
import type { StandingFrame } from "../../inspect/standing.js";
import type { Pending, Together, WaitsFor } from "../../inspect/waits.js";
import type { Stand } from "../looking/looking.js";
import type { Paint } from "./paint.js";
import { timeText } from "./time.js";

/** `standing` is undefined for a closed execution, which stands nowhere. */
export function standingJson({ row, standing, timers, tasks, inbox }: Stand): object {
  return {
    executionId: row.id,
    status: row.status,
    program: row.program,
    ...standing,
    tasks,
    timers,
    messages: inbox,
  };
}

/** Several lines. */
export function standingText({ row, standing, timers, tasks, inbox }: Stand, paint: Paint): string {
  const lines = [`${paint("bold", row.id)} ${row.status}`];
  if (standing === undefined) return `${lines[0]}: it has ended and stands nowhere; \`show\` gives its outcome.`;
  if (standing.stacks === undefined) {
    lines.push(
      `No checkpoint can be made of what it holds, so its calls cannot be shown: its state is ${standing.newer} recorded activations. \`logs\` says why.`,
    );
  } else if (standing.newer > 0) {
    lines.push(paint("yellow", `As of its checkpoint; ${standing.newer} later activations are not in it.`));
  }
  for (const { waitsFor, frames } of standing.stacks ?? []) {
    lines.push(
      "",
      `waits for ${paint("cyan", waitText(waitsFor))}`,
      ...frames.flatMap((frame) => frameLines(frame, paint)),
    );
  }
  if (tasks.length + timers.length + inbox > 0) lines.push("");
  for (const { task, attempt, since } of tasks)
    lines.push(`task ${task}, attempt ${attempt}, since ${timeText(since)}`);
  for (const { at } of timers) lines.push(`timer, due ${timeText(at)}`);
  if (inbox > 0) lines.push(`${inbox} messages that it has not seen yet`);
  return lines.join("\n");
}

/** What `Promise.all` and the others mean for those that are still pending. */
const TOGETHER: Readonly<Record<Together, string>> = {
  all: "all of",
  allSettled: "the end of all of",
  any: "the first success of",
  race: "the first of",
};

function waitText(waits: WaitsFor): string {
  if (waits.kind !== "several") return pendingText(waits);
  const more = waits.count - waits.of.length;
  const list = [...counted(waits.of.map(pendingText)), ...(more > 0 ? [`${more} more`] : [])];
  return `${TOGETHER[waits.how]}: ${list.join(", ")}`;
}

/** Each once, with how often it is in the list. */
function counted(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`));
}

function pendingText(waits: Pending): string {
  switch (waits.kind) {
    case "task":
      return `task ${waits.task} (attempt ${waits.attempt}, since ${timeText(waits.since)})`;
    case "timer":
      return `a timer, due ${timeText(waits.at)}`;
    case "signal":
      return `signal "${waits.signal}"`;
    case "child":
      return `the end of ${waits.execution}`;
    case "condition":
      return "a condition";
    case "call":
      return `its call of ${waits.function}`;
    case "together":
      return `${TOGETHER[waits.how]} ${waits.count} ${waits.count === 1 ? "promise" : "promises"}`;
    case "operation":
      return "an answer of the engine";
    case "promise":
      return "a promise of its own";
  }
}

function frameLines({ function: name, file, line, column, source, variables }: StandingFrame, paint: Paint): string[] {
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const wide = String(source.at(-1)?.line ?? 0).length;
  return [
    `  at ${paint("bold", name)} ${paint("dim", place)}`,
    ...source.map((row) => {
      const text = `${row.line === line ? ">" : " "} ${String(row.line).padStart(wide)} | ${row.text}`.trimEnd();
      return `    ${row.line === line ? text : paint("dim", text)}`;
    }),
    ...variables.map((variable) => `      ${variable.name} = ${variable.value}`),
  ];
}
