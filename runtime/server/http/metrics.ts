/**
 * `GET /metrics` for Prometheus. Everything is read when it is asked for: between two scrapes, and when the server is
 * not asked for metrics at all, nothing is counted.
 */
import type { Hono } from "hono";
import type { Engine } from "../../engine/engine.js";
import type { Examination } from "../../store/sqlite/examine.js";
import { authorize, type Tokens } from "./access.js";
import type { Bindings } from "./app.js";

interface MetricsOptions {
  readonly engine: Pick<Engine, "verified" | "load">;
  readonly database: Examination;
  readonly tokens: Tokens | undefined;
  readonly version: string;
}

/** Adds the route; it needs a token with the scope `read` where there are tokens. */
export async function addMetrics(app: Hono<Bindings>, { tokens, ...source }: MetricsOptions): Promise<void> {
  const scrape = await scraperOf(source);
  app.get("/metrics", async (context) => {
    authorize(tokens, context.req.header("authorization"), "read");
    const { text, type } = await scrape();
    return context.body(text, 200, { "content-type": type });
  });
}

async function scraperOf({ engine, database, version }: Omit<MetricsOptions, "tokens">) {
  // Loaded only by a server that is to give metrics.
  const { Counter, Gauge, Registry, collectDefaultMetrics } = (await import("prom-client")).default;
  const registry = new Registry();
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name: `eventual_${name}`, help, labelNames, registers: [registry] });
  /** What the engine has counted since the start. */
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `eventual_${name}_total`, help, labelNames, registers: [registry] });
  collectDefaultMetrics({ register: registry });
  gauge("info", "The version that runs", "version").set({ version }, 1);
  const executions = gauge("executions", "Executions in the database by status", "status");
  const tasks = gauge("open_tasks", "Tasks that are not completed by state", "state");
  const oldestTask = gauge("oldest_task_seconds", "Age of the oldest task that is not completed");
  const messages = gauge("pending_messages", "Messages that executions in progress have not seen");
  const lateTimer = gauge("late_timer_seconds", "How long the earliest timer has been due");
  const bytes = gauge("database_bytes", "Size of the database by file", "file");
  const instances = gauge("instances", "Executions kept in memory between events");
  const mostInstances = gauge("instances_limit", "How many may be kept");
  const waiting = gauge("waiting_requests", "Starts and signals that wait to be stored");
  const mostWaiting = gauge("waiting_requests_limit", "How many may wait");
  const refused = counter("refused_requests", "Starts and signals refused because too many waited (EV8022)");
  const suspended = counter(
    "suspended",
    "Executions that the engine had to suspend, by the code of the reason",
    "code",
  );
  const verified = counter("verified_checkpoints", "Checkpoints compared with what they give");
  const differing = counter("differing_checkpoints", "Those of them that differed, and were not stored (EV8024)");
  return async () => {
    const statuses = await database.countByStatus();
    const load = await database.load();
    executions.reset();
    for (const [status, count] of statuses) executions.set({ status }, count);
    for (const [state, count] of Object.entries(load.openTasks)) tasks.set({ state }, count);
    oldestTask.set(secondsSince(load.oldestTask));
    const counts = engine.load;
    instances.set(counts.instances);
    mostInstances.set(counts.mostInstances);
    waiting.set(counts.waiting);
    mostWaiting.set(counts.mostWaiting);
    for (const each of [refused, suspended, verified, differing]) each.reset();
    refused.inc(counts.refused);
    for (const [code, count] of counts.suspended) suspended.inc({ code }, count);
    verified.inc(engine.verified.checkpoints);
    differing.inc(engine.verified.differing);
    messages.set(load.messages);
    lateTimer.set(secondsSince(load.nextTimer));
    bytes.set({ file: "database" }, load.fileBytes);
    bytes.set({ file: "log" }, load.logBytes);
    return { text: await registry.metrics(), type: registry.contentType };
  };
}

/** 0 for what is not, or is still to come. */
function secondsSince(at: number | undefined): number {
  return at === undefined ? 0 : Math.max(0, Date.now() - at) / 1000;
}
