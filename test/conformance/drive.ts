/** Drives one program through one environment, and tells what came of it. */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Status } from "#runtime/protocol/execution.js";
import { displayValue } from "#runtime/protocol/value-display.js";
import type { TestEnvironment } from "#runtime/testing/environment.js";
import type { TestExecution } from "#runtime/testing/execution.js";
import { lineOf } from "#runtime/testing/timeline.js";
import type { Case, Step } from "./case.js";

export interface Delivery {
  /** Every outside event is delivered a second time, as by a sender that got no answer. */
  readonly twice?: true;
  /** Those of one moment are sent without waiting for what comes of the first. */
  readonly together?: true;
}

/** What came of a run, as text that can be compared. */
export interface Record {
  /** Commands and statuses of each execution, with their times. */
  readonly timeline: string;
  /** Status and result. */
  readonly ending: string;
  readonly status: Status;
  readonly result: unknown;
  /** Name and message of what was thrown. */
  readonly error: string | undefined;
  /** Handler starts by task. */
  readonly starts: string;
}

export const EXECUTION_NAME = "run";

/** Runs the program to its end. Throws what the environment throws when it does not come to one. */
export async function drive(env: TestEnvironment, program: Case, delivery: Delivery = {}): Promise<TestExecution> {
  const begun = env.now.getTime();
  const flow = await env.start(program.workflow ?? "main", program.input, { name: EXECUTION_NAME });
  if (delivery.twice) await env.start(program.workflow ?? "main", program.input, { name: EXECUTION_NAME });
  for (const moment of momentsOf(program.steps ?? [])) {
    await env.tickUntil(new Date(begun + (moment[0]?.at ?? 0)));
    if (delivery.together) await Promise.all(moment.map((step) => perform(env, flow, step, delivery)));
    else for (const step of moment) await perform(env, flow, step, delivery);
  }
  await flow.outcome();
  if (program.afterwards !== undefined) await env.tick(program.afterwards, "milliseconds");
  return flow;
}

function momentsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  const times = [...new Set(steps.map(({ at }) => at))];
  return times.map((time) => steps.filter(({ at }) => at === time));
}

/** Carries out a step. A second delivery must be without effect: it is refused, or answered as the first. */
export async function perform(
  env: TestEnvironment,
  flow: TestExecution,
  step: Step,
  { twice }: Delivery = {},
): Promise<void> {
  const target = step.to === undefined ? flow : env.execution(step.to);
  if ("signal" in step) {
    const { signal, payload, id } = step;
    await target.signal(signal, payload, id === undefined ? {} : { id });
    // Without an id a second one is another signal.
    if (twice && id !== undefined) await target.signal(signal, payload, { id });
  } else if ("complete" in step) {
    const token = tokenOf(env, step.complete, step.of);
    await complete(env, token, step);
    if (twice) await complete(env, token, { refused: "EV8015", ...step });
  } else if ("heartbeat" in step) {
    const token = tokenOf(env, step.heartbeat, step.of);
    await beat(env, token, step);
    if (twice) await beat(env, token, step);
  } else if ("request" in step) {
    // Not twice: it has no identity, so a second one is another question.
    await answered(step, () => target.request(step.request, step.payload));
  } else if ("query" in step) {
    await answered(step, () => target.query(step.query, step.input));
    if (twice) await answered(step, () => target.query(step.query, step.input));
  } else if ("start" in step) {
    await env.start(step.start, step.input, { name: step.name });
    if (twice) await env.start(step.start, step.input, { name: step.name });
  } else {
    await target[step.control](step.reason);
    if (twice && (await target.status()) === "IN_PROGRESS") await target[step.control](step.reason);
  }
}

async function answered(step: { readonly answer: unknown }, ask: () => Promise<unknown>): Promise<void> {
  const answer = await ask().catch(errorText);
  if (!isDeepStrictEqual(answer, step.answer)) throw new Error(`it was answered ${JSON.stringify(answer)}`);
}

async function complete(env: TestEnvironment, token: string, step: Extract<Step, { complete: string }>): Promise<void> {
  try {
    if (step.error === undefined) await env.completeTask(token, step.result);
    else await env.failTask(token, step.error);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === step.refused) return;
    throw error;
  }
  if (step.refused !== undefined) throw new Error(`it was accepted instead of being refused with ${step.refused}`);
}

async function beat(env: TestEnvironment, token: string, step: Extract<Step, { heartbeat: string }>): Promise<void> {
  const { cancelled } = await env.heartbeatTask(token, step.details);
  if (cancelled !== (step.cancelled ?? false)) throw new Error(`the heartbeat was told cancelled: ${cancelled}`);
}

function tokenOf(env: TestEnvironment, task: string, input: unknown): string {
  const { calls } = env.mockTask(task);
  const call = calls.findLast((each) => input === undefined || isDeepStrictEqual(each.input, input));
  if (call === undefined) throw new Error(`the task "${task}" has not been called with ${JSON.stringify(input)}`);
  return call.token;
}

/** Notes the calls of all tasks that steps complete, so that their tokens are known. */
export function spy(env: TestEnvironment, { steps = [] }: Case): void {
  for (const step of steps) {
    if ("complete" in step) env.mockTask(step.complete);
    if ("heartbeat" in step) env.mockTask(step.heartbeat);
  }
}

/** What came of a run. */
export async function recordOf(env: TestEnvironment, flow: TestExecution): Promise<Record> {
  const outcome = await flow.outcome();
  const { status } = outcome;
  const result = outcome.status === "SUCCEEDED" ? outcome.value : undefined;
  const error = outcome.status === "SUCCEEDED" ? undefined : errorText(outcome.error);
  return {
    ...{ status, result, error, timeline: timelineOf(env), starts: startsOf(env) },
    ending: `${status} ${error ?? JSON.stringify(displayValue(result))}`,
  };
}

function errorText(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : JSON.stringify(displayValue(thrown));
}

/** Longest timeline that stands in a golden file in full, in lines; of longer ones the ends. */
const MOST_LINES = 120;
const SHOWN_ENDS = 40;

function timelineOf(env: TestEnvironment): string {
  const begun = Math.min(...env.executions.map((id) => env.execution(id).history()[0]?.at ?? 0));
  const blocks = [...env.executions].sort().map((id) => {
    const told = env
      .execution(id)
      .history()
      .filter(({ kind }) => kind === "command" || kind === "status");
    const lines = told.map((entry) => `  ${lineOf(entry, begun)}`);
    return [id, ...lines].join("\n");
  });
  return blocks.join("\n");
}

/** A timeline as a golden file keeps it. */
export function abridged(timeline: string): string {
  // The length of a long value is that of its stacks too, which hold the paths of this checkout.
  // Requests get ids by chance.
  const lines = timeline
    .replaceAll(/… \(\d+\)$/gm, "…")
    .replaceAll(/ [0-9a-f]{24}\b/g, " ID")
    .split("\n");
  if (lines.length <= MOST_LINES) return lines.join("\n");
  const left = lines.length - 2 * SHOWN_ENDS;
  return [...lines.slice(0, SHOWN_ENDS), `  … ${left} lines …`, ...lines.slice(-SHOWN_ENDS)].join("\n");
}

function startsOf(env: TestEnvironment): string {
  const counts = new Map<string, number>();
  if (env.startedTasks.length === 0) return "no tasks";
  for (const task of env.startedTasks) counts.set(task, (counts.get(task) ?? 0) + 1);
  return [...counts]
    .sort()
    .map(([task, count]) => `${task} ${count}`)
    .join("\n");
}

/** The text of a file; undefined when there is none. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
