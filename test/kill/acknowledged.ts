/**
 * The real server under load, killed again and again, and compared with what it has acknowledged to the outside.
 *
 * A1  A start or signal that was answered with success is there afterwards, once; one that was not, once or never.
 * A2  A task that must not be run twice was started at most once per call, over all lives.
 * A3  The database is sound after the last death.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openRuntime } from "#runtime/engine/open.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { examine } from "#runtime/store/sqlite/examine.js";
import { startServer } from "../cli/support/serving.js";
import { type Chance, chanceFrom } from "../simulate/random.js";

export interface Load {
  /** Where database and notes are. */
  readonly folder: string;
  readonly program: string;
  readonly kills: number;
  readonly seed: number;
  /** Told of each death, and how long the start before it took, ms. */
  readonly progress?: (kills: number, startMs: number) => void;
}

export interface Tally {
  readonly kills: number;
  readonly starts: number;
  readonly signals: number;
  /** Asked for and not answered: whether they happened is not known. */
  readonly unanswered: number;
}

/** Clients that send at once. */
const CLIENTS = 4;
/** How long a life is at most after the server was ready, ms. */
const LIFE_MS = 250;
/** Signals go to the executions that were started last. */
const RECENT = 40;

/** Sends, kills, starts again; then checks. Throws for what does not hold. */
export async function killUnderLoad(load: Load): Promise<Tally> {
  const { folder, kills, seed } = load;
  const outside = new Outside(chanceFrom(seed));
  const database = `${folder}/load.db`;
  const notes = `${folder}/notes.txt`;
  for (let kill = 1; kill <= kills; kill++) {
    const cleanups: (() => Promise<void>)[] = [];
    const after = (action: () => Promise<void>): void => void cleanups.push(action);
    const args = [load.program, "--db", database, "--http", "0", "--rate", "100000", "--log-level", "error"];
    const began = performance.now();
    const server = await startServer({ after } as never, args, { cwd: folder, env: { EFFECTS: notes } });
    const startMs = performance.now() - began;
    const life = { over: false };
    const clients = Array.from({ length: CLIENTS }, () => outside.send(server.url, life));
    await sleep(outside.chance.upTo(LIFE_MS));
    life.over = true;
    server.process.kill("SIGKILL");
    for (const cleanup of cleanups) await cleanup();
    await Promise.all(clients);
    load.progress?.(kill, startMs);
  }
  await check(database, notes, outside);
  const { starts, signals, unanswered } = outside;
  return { kills, starts: starts.size, signals: signals.size, unanswered };
}

/** What was sent, and what of it was acknowledged: numbers, each sent once, with the execution that they went to. */
class Outside {
  readonly chance: Chance;
  readonly starts = new Map<number, string>();
  readonly signals = new Map<number, string>();
  unanswered = 0;
  #next = 0;

  constructor(chance: Chance) {
    this.chance = chance;
  }

  async send(url: string, life: { readonly over: boolean }): Promise<void> {
    while (!life.over) {
      const n = this.#next++;
      const recent = [...this.starts.values()].slice(-RECENT);
      const isStart = recent.length === 0 || this.chance.percent(20);
      const to = isStart ? `tally/n${n}` : this.chance.pick(recent);
      const answered = isStart
        ? await post(`${url}/v1/executions`, { workflow: "tally", name: `n${n}`, input: n })
        : await post(`${url}/v1/executions/${to}/signals/add`, { payload: n });
      if (!answered) this.unanswered++;
      else (isStart ? this.starts : this.signals).set(n, to);
    }
  }
}

/** True for an acknowledgement, false when the server died; throws for a refusal. */
async function post(url: string, body: object): Promise<boolean> {
  let response: Response;
  try {
    const headers = { "content-type": "application/json" };
    response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    await response.text();
  } catch {
    return false;
  }
  assert.ok(response.ok, `${url} was answered with ${response.status}`);
  return true;
}

async function check(database: string, notes: string, outside: Outside): Promise<void> {
  const file = await examine(database);
  assert.deepEqual(await file.findings(() => {}), [], "A3");
  await file.close();
  process.env.EFFECTS = notes;
  const engine = await openRuntime({ database });
  const seen = new Map<number, string>();
  try {
    for (const id of outside.starts.values()) {
      await engine.signal(id, "add", encode(-1));
      const { status, outcome } = await engine.result(id);
      assert.ok(outcome?.ok === true, `A1: ${id} was started, and is ${status}`);
      for (const n of decode(outcome.value) as number[]) {
        assert.equal(seen.get(n), undefined, `A1: ${n} came twice, to ${seen.get(n)} and ${id}`);
        seen.set(n, id);
      }
    }
  } finally {
    await engine.close();
  }
  for (const [n, id] of [...outside.starts, ...outside.signals]) {
    assert.equal(seen.get(n), id, `A1: ${n} was acknowledged, and is not in ${id}`);
  }
  const lines = existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
  assert.equal(new Set(lines).size, lines.length, "A2: a task that must not be run twice was");
}
