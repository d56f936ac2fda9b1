/**
 * What has to hold at the end of a simulated run, from what is stored, what was committed on the way, and what the
 * outside world has seen.
 */
import { decode, type Encoded, encode } from "#runtime/protocol/value.js";
import type { Database } from "../engine/memory-store.js";
import type { Ledger } from "./pool.js";
import { HANDLER } from "./pool.js";
import { type Expected, HOPELESS, model, type Workload } from "./script.js";

/** Throws for what does not hold. */
export function judge(database: Database, work: Workload, ledger: Ledger): void {
  const expected = results(database, work);
  tasks(ledger, expected);
  transactions(database, expected);
  events(database, ledger, expected);
  schedules(database);
  const { timers, tasks: open, inbox } = database.data;
  const left = timers.length + open.length + inbox.length;
  if (left > 0) throw new Error(`${left} timers, tasks or inbox entries are left over`);
}

/** Every script gives what its model gives. */
function results({ data }: Database, work: Workload): readonly Expected[] {
  return [...work.scripts].map(([name, script]) => {
    const row = [...data.executions.values()].map((one) => one.row).find(({ id }) => id === `run/${name}`);
    const expected = model(script, payloadsOf(work, name));
    const outcome = row?.outcome;
    const given = outcome?.ok === true ? decode(outcome.value) : JSON.stringify(row);
    if (given !== expected.sum) throw new Error(`I3: ${name} gave ${String(given)} in place of ${expected.sum}`);
    return expected;
  });
}

/** All payloads that go to an execution, by signal. */
function payloadsOf(work: Workload, name: string): Map<string, number[]> {
  const payloads = new Map<string, number[]>();
  const add = (signal: string, n: number): void => {
    payloads.set(signal, [...(payloads.get(signal) ?? []), n]);
  };
  for (const { to, signal, n } of work.signals) if (to === name) add(signal, n);
  for (const script of work.scripts.values()) {
    for (const step of script) if (step.do === "send" && step.to === name) add(step.signal, step.n);
  }
  return payloads;
}

function tasks(ledger: Ledger, expected: readonly Expected[]): void {
  const calls = expected.reduce((sum, each) => sum + each.calls, 0);
  const counted = ledger.calls("count");
  if (counted !== calls) throw new Error(`I3: ${counted} calls of count in place of ${calls}`);
  for (const [key, { task, count }] of ledger.starts) {
    if (task === "once" && count > 1) throw new Error(`I3: the call ${key} of once was started ${count} times`);
  }
}

/** The row of each call is there once, under its key. */
function transactions({ data }: Database, expected: readonly Expected[]): void {
  const rows = data.outside.rows.map((row) => JSON.parse(row) as [key: string, n: number]);
  if (new Set(rows.map(([key]) => key)).size !== rows.length) throw new Error("I3: a transaction was committed twice");
  same(
    "rows of transactions",
    expected.flatMap((each) => each.rows).map(String),
    rows.map(([, n]) => String(n)),
  );
}

/** Each event came into the queue once; it was handled, or is a dead letter if nothing could handle it. */
function events({ data, commits }: Database, ledger: Ledger, expected: readonly Expected[]): void {
  const emitted = expected.flatMap((each) => each.events).map(([n, fails]) => encode({ n, fails }));
  const queued = commits.flat().flatMap((write) => (write.kind === "addDelivery" ? [write.payload] : []));
  same("events", emitted, queued);
  const isHopeless = (payload: Encoded): boolean => (decode(payload) as { fails: number }).fails === HOPELESS;
  const left = data.outside.deliveries;
  same(
    "dead letters",
    emitted.filter(isHopeless),
    left.map(({ payload }) => payload),
  );
  if (left.some(({ deadAt }) => deadAt === undefined)) throw new Error("I3: an event was left in its queue");
  const handled = ledger.calls(HANDLER);
  if (handled !== emitted.length) throw new Error(`I3: ${handled} events were given out in place of ${emitted.length}`);
}

/** No moment of a schedule starts an execution twice, not even after the first one is gone, nor before its time. */
function schedules({ commits }: Database): void {
  const seen = new Set<string>();
  for (const write of commits.flat()) {
    if (write.kind !== "createExecution" || write.row.workflow !== "tick") continue;
    const { id, startTime } = write.row;
    if (seen.has(id)) throw new Error(`I3: ${id} was started twice`);
    seen.add(id);
    const at = Date.parse(id.slice("tick/tick-".length));
    if (startTime < at) throw new Error(`I3: ${id} was started early, at ${new Date(startTime).toISOString()}`);
  }
}

function same(what: string, expected: readonly string[], found: readonly string[]): void {
  const [left, right] = [expected, found].map((list) => [...list].sort().join(", "));
  if (left !== right) throw new Error(`I3: ${what}: ${right} in place of ${left}`);
}
