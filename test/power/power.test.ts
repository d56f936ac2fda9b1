/**
 * Goal: loss of power at any moment takes nothing that was acknowledged, and nothing runs twice that must run once.
 * Method: everything that an engine under work writes is recorded at the system call, with what it made durable (record.c,
 * preloaded). For moments of that record the files are made as a disk may hold them that has lost what was not synced, or
 * parts of it, and opened.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openRuntime } from "#runtime/engine/open.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { examine } from "#runtime/store/sqlite/examine.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Store } from "#runtime/store/store.js";
import { chanceFrom } from "../simulate/random.js";
import { ROOT } from "../support/root.js";
import { temporaryFolder } from "../support/temp.js";
import { Disk, type Loss, type Operation, readRecord } from "./disk.js";

const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));
const SEED = 20_261_124;
/** Moments at which power is lost, with each way to lose. */
const MOMENTS = 60;
/** Of them, those after which the engine itself goes on to the end. */
const CONTINUED = 4;

/** Why the writes cannot be recorded here; undefined if they can. */
function obstacle(): string | undefined {
  if (process.platform !== "linux") return "writes are recorded by a preloaded library, which is made for Linux";
  return spawnSync("cc", ["--version"]).status === 0 ? undefined : "there is no C compiler (cc) to make the recorder";
}

/** What an engine has written whose store syncs as `synchronous` says. */
async function record(t: TestContext, synchronous: "full" | "normal"): Promise<readonly Operation[]> {
  const folder = await temporaryFolder(t);
  const library = join(folder, "record.so");
  const source = join(ROOT, "test/power/record.c");
  const made = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const work = join(folder, "work");
  mkdirSync(work);
  const log = join(folder, "record");
  const env = { LD_PRELOAD: library, POWER_FOLDER: work, POWER_LOG: log, EFFECTS: join(work, "notes") };
  const ran = spawnSync(process.execPath, [CHILD, work, synchronous], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  assert.deepEqual({ status: ran.status, stderr: ran.stderr }, { status: 0, stderr: "" });
  return readRecord(readFileSync(log));
}

/** What the outside has seen by a moment, as lines of a file that stands for it. */
class Outside {
  readonly #name: string;
  readonly #files = new Set<number>();
  #text = "";

  constructor(name: string) {
    this.#name = name;
  }

  apply(operation: Operation): void {
    if (operation.kind === "open" && operation.name === this.#name) this.#files.add(operation.file);
    if (operation.kind === "write" && this.#files.has(operation.file)) this.#text += operation.bytes.toString();
  }

  get lines(): readonly string[] {
    return this.#text.split("\n").filter((line) => line !== "");
  }
}

interface Moment {
  readonly at: number;
  readonly loss: Loss;
  readonly what: string;
}

/** Every acknowledged word is somewhere in the committed state of its execution. */
async function checkStored(store: Store, acknowledged: readonly string[], what: string): Promise<void> {
  const states = new Map<string, string>();
  for (const line of acknowledged) {
    const [word = "", id = ""] = line.split(" ");
    if (!states.has(id)) {
      const row = await store.findExecution(id);
      assert.ok(row !== undefined, `${what}: ${id} was acknowledged, and is not there`);
      states.set(id, JSON.stringify(await store.loadExecution(row.key)));
    }
    assert.ok(states.get(id)?.includes(word), `${what}: ${word} was acknowledged, and is not in ${id}`);
  }
}

/** The engine goes on: everything acknowledged comes out once, and what had begun to run is not run again. */
async function checkContinued(folder: string, acknowledged: readonly string[], what: string): Promise<void> {
  process.env.EFFECTS = join(folder, "notes");
  const engine = await openRuntime({ database: join(folder, "work.db") });
  const seen = new Map<string, string>();
  try {
    for (const id of new Set(acknowledged.map((line) => line.split(" ")[1] ?? ""))) {
      await engine.signal(id, "add", encode("end"));
      const { outcome } = await engine.result(id);
      assert.ok(outcome?.ok === true, what);
      for (const word of decode(outcome.value) as string[]) {
        assert.equal(seen.get(word), undefined, `${what}: ${word} came twice`);
        seen.set(word, id);
      }
    }
  } finally {
    await engine.close();
  }
  for (const line of acknowledged) {
    const [word = "", id] = line.split(" ");
    assert.equal(seen.get(word), id, `${what}: ${word} was acknowledged`);
  }
  const notes = readFileSync(join(folder, "notes"), "utf8").trim().split("\n");
  assert.equal(new Set(notes).size, notes.length, `${what}: a task that must not be run twice was`);
}

/** Each way to lose power after `at` operations. */
function momentsAfter(at: number): readonly Moment[] {
  return [
    { at, loss: "all", what: `power lost after operation ${at}, all that was not synced being gone` },
    { at, loss: "none", what: `power lost after operation ${at}` },
    { at, loss: chanceFrom(SEED + at), what: `power lost after operation ${at}, parts being gone` },
  ];
}

/** Loses power at each of the moments, in order, and looks at what the disk then holds. After `continued` the engine goes on. */
async function losePower(
  t: TestContext,
  operations: readonly Operation[],
  moments: readonly Moment[],
  continued: ReadonlySet<Moment>,
): Promise<void> {
  const folder = await temporaryFolder(t);
  const disk = new Disk();
  const [acknowledged, notes] = [new Outside("acknowledged"), new Outside("notes")];
  let applied = 0;
  for (const [index, moment] of moments.entries()) {
    const { at, loss, what } = moment;
    for (; applied < at; applied++) {
      const operation = operations[applied] as Operation;
      for (const each of [disk, acknowledged, notes]) each.apply(operation);
    }
    const after = join(folder, `${index}`);
    mkdirSync(after);
    // The index of the log is memory that processes share: it does not outlive them.
    disk.lose(after, loss, (name) => name.startsWith("work.db") && !name.endsWith("-shm"));
    writeFileSync(join(after, "notes"), notes.lines.map((line) => `${line}\n`).join(""));
    const database = join(after, "work.db");
    const store = await openStore(database, { verify: "quick" });
    try {
      await checkStored(store, acknowledged.lines, what);
    } finally {
      await store.close();
    }
    const file = await examine(database);
    assert.deepEqual(await file.findings(() => {}), [], what);
    await file.close();
    if (continued.has(moment)) await checkContinued(after, acknowledged.lines, what);
  }
}

test("loss of power at any write takes nothing that was acknowledged", async (t) => {
  const why = obstacle();
  if (why !== undefined) return t.skip(why);
  const operations = await record(t, "full");
  const chance = chanceFrom(SEED);
  const synced = operations.filter(({ kind }) => kind === "synced").length;
  assert.ok(synced > 100, `${synced} syncs`);
  const moments = Array.from({ length: MOMENTS }, () => 1 + chance.upTo(operations.length))
    .sort((one, other) => one - other)
    .flatMap(momentsAfter);
  const every = Math.ceil(moments.length / CONTINUED);
  const continued = new Set(moments.filter((_, index) => index % every === moments.length % CONTINUED));
  await losePower(t, operations, moments, continued);
});

test("this check finds a loss when commits are acknowledged before they are synced", async (t) => {
  const why = obstacle();
  if (why !== undefined) return t.skip(why);
  const operations = await record(t, "normal");
  const isOne = isAcknowledgement(operations);
  // At some of them the log has just been copied into the file, which is synced: so at each.
  const moments = operations.flatMap((operation, at) => (isOne(operation) ? momentsAfter(at + 1).slice(0, 1) : []));
  await assert.rejects(losePower(t, operations, moments, new Set()), /was acknowledged, and is not/);
});

test("this check finds a loss when the disk lies about syncs from the middle on", async (t) => {
  const why = obstacle();
  if (why !== undefined) return t.skip(why);
  const operations = await record(t, "full");
  const kept = operations.filter(({ kind }, at) => kind !== "synced" || at < operations.length / 2);
  const at = kept.findLastIndex(isAcknowledgement(kept)) + 1;
  await assert.rejects(losePower(t, kept, momentsAfter(at).slice(0, 1), new Set()), /was acknowledged, and is not/);
});

/** The numbers under which a file was open. */
function filesNamed(operations: readonly Operation[], name: string): ReadonlySet<number> {
  return new Set(
    operations.flatMap((operation) => (operation.kind === "open" && operation.name === name ? [operation.file] : [])),
  );
}

function isAcknowledgement(operations: readonly Operation[]): (operation: Operation) => boolean {
  const files = filesNamed(operations, "acknowledged");
  return (operation) => operation.kind === "write" && files.has(operation.file);
}
