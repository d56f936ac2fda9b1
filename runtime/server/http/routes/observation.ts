/** Looking on: counts and rates, timelines, where executions stand. All of it is read beside the engine. */
import {
  type Overview,
  overviewQuerySchema,
  overviewSchema,
  sourceQuerySchema,
  sourceSchema,
  standingSchema,
  timelineSchema,
} from "../../../client/observation.js";
import { parseProgram } from "../../../client/program-file.js";
import { unknownExecution } from "../../../engine/faults.js";
import { sourcesOf, standingOf } from "../../../inspect/standing.js";
import { timelineOf } from "../../../inspect/timeline.js";
import { isClosed } from "../../../protocol/execution.js";
import { Fault } from "../../../protocol/fault.js";
import type { Program } from "../../../protocol/program.js";
import type { ExaminedExecution } from "../../../store/sqlite/examine.js";
import { operation, type Route, type Service } from "../route.js";
import { overviewResource, standingResource, timelineResource } from "../views/observation.js";
import { EXECUTION, idOf } from "./executions.js";

/** Stretches that the rates are counted by: one of these, so that there are at most so many. */
const STEPS_SECONDS = [10, 60, 300, 900];
const LONGEST_STEP_SECONDS = 900;
const MOST_STEPS = 120;
/** Commits and spans that a timeline is made of. */
const TIMELINE_COMMITS = 4000;
const TIMELINE_SPANS = 1000;
/** Of source before and after the line where a call rests. */
const SOURCE_LINES = 5;

export const OBSERVATION: readonly Route[] = [
  operation({
    method: "get",
    path: "/v1/overview",
    scope: "read",
    summary: "Executions by status and workflow, and how many began and ended lately",
    query: overviewQuerySchema,
    replies: { 200: { description: "As it is now", schema: overviewSchema } },
    handle: async (service, { query: { minutes } }) => ({ status: 200, value: await overviewOf(service, minutes) }),
  }),
  operation({
    method: "get",
    path: `${EXECUTION}/timeline`,
    scope: "read",
    summary: "What an execution did and when: tasks with their attempts, timers, children, signals",
    replies: { 200: { description: "As it is now", schema: timelineSchema } },
    async handle({ database }, { params }) {
      const execution = await examined({ database }, idOf(params));
      const history = await database.history(execution.row.key, TIMELINE_COMMITS);
      const timeline = timelineOf(execution, history, TIMELINE_SPANS);
      return { status: 200, value: timelineResource(execution.row, timeline, Date.now()) };
    },
  }),
  operation({
    method: "get",
    path: `${EXECUTION}/standing`,
    scope: "read",
    summary: "Where an execution waits: its calls with source lines and variables, read from its state",
    replies: { 200: { description: "As it is now", schema: standingSchema } },
    async handle(service, { params }) {
      const execution = await examined(service, idOf(params));
      if (isClosed(execution.row.status)) return { status: 200, value: standingResource(execution, undefined) };
      const { text, newer } = await service.engine.snapshot(execution.row.id);
      const state = { ...execution, tail: { count: newer, last: undefined } };
      const standing = standingOf(
        text === undefined ? { ...state, checkpoint: undefined } : { ...state, checkpoint: { n: 0, text } },
        await programOf(service, execution.row.program),
        SOURCE_LINES,
      );
      return { status: 200, value: standingResource(execution, standing) };
    },
  }),
  operation({
    method: "get",
    path: "/v1/programs/{program}/source",
    scope: "read",
    summary: "A source file of a program, as it was compiled",
    query: sourceQuerySchema,
    replies: { 200: { description: "The file", schema: sourceSchema } },
    async handle(service, { params: { program = "" }, query: { file } }) {
      const lines = sourcesOf(await programOf(service, program)).get(file);
      if (lines === undefined) throw noSource(`The program has no source file "${file}"`);
      return { status: 200, value: { file, lines } };
    },
  }),
];

function noSource(message: string): Fault {
  return new Fault("EV8314", message, {
    remedy: "GET /v1/programs lists the programs; their files are named by where executions stand.",
  });
}

/** Overviews by minutes, for so many ms: everybody who looks on shares them. */
const SHARED_MS = 1000;
const overviews = new WeakMap<
  Service["database"],
  Map<number, { readonly at: number; readonly value: Promise<Overview> }>
>();

function overviewOf({ database }: Pick<Service, "database">, minutes: number): Promise<Overview> {
  const known = overviews.get(database) ?? new Map();
  overviews.set(database, known);
  const now = Date.now();
  const found = known.get(minutes);
  if (found !== undefined && now - found.at < SHARED_MS) return found.value;
  const value = readOverview(database, minutes, now);
  known.set(minutes, { at: now, value });
  // A failure is answered to those who asked, and not remembered.
  value.catch(() => known.delete(minutes));
  return value;
}

async function readOverview(database: Service["database"], minutes: number, now: number): Promise<Overview> {
  const seconds = STEPS_SECONDS.find((step) => (minutes * 60) / step <= MOST_STEPS) ?? LONGEST_STEP_SECONDS;
  const step = seconds * 1000;
  const from = (Math.floor((now - minutes * 60_000) / step) + 1) * step;
  const statuses = await database.countByStatus();
  const workflows = await database.countByWorkflow();
  const rates = await database.ratesSince(from, step);
  return overviewResource({ now, statuses, workflows, seconds, rates });
}

async function examined({ database }: Pick<Service, "database">, id: string): Promise<ExaminedExecution> {
  const found = await database.execution(id);
  if (found === undefined) throw unknownExecution(id);
  return found;
}

/** The programs looked at last: parsing one takes milliseconds per megabyte. */
const programs = new WeakMap<Service["database"], Map<string, Program>>();
const MOST_PROGRAMS = 4;

async function programOf({ database }: Pick<Service, "database">, hash: string): Promise<Program> {
  const known = programs.get(database) ?? new Map<string, Program>();
  programs.set(database, known);
  const found = known.get(hash);
  if (found !== undefined) return found;
  const text = await database.program(hash);
  if (text === undefined) throw noSource(`There is no program ${hash.slice(0, 12)}`);
  const program = parseProgram(`program ${hash.slice(0, 12)}`, text);
  if (known.size >= MOST_PROGRAMS) known.delete(known.keys().next().value ?? "");
  known.set(hash, program);
  return program;
}
