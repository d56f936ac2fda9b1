/**
 * Goal: loss of power takes nothing that was acknowledged. Method: what SQLite had written when a commit was acknowledged
 * is on the disk (`synchronous=FULL`); of what it writes afterwards a loss of power leaves any part, torn or as rubbish. So
 * the log of the next commit is cut, zeroed and scrambled at seeded places, and the file opened.
 */
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "#runtime/store/sqlite/open.js";
import { chanceFrom } from "../simulate/random.js";
import { temporaryFolder } from "../support/temp.js";
import { append, create, NOW, PROGRAM, timer } from "./sample.js";

const COMMITS = 12;
const CUTS = 4;

test("of a log whose unsynced end is lost, torn or rubbish everything acknowledged is read", async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, "store.db");
  const chance = chanceFrom(20_261_124);
  const damages: readonly ((log: Buffer, from: number, cut: number) => Buffer)[] = [
    (log, _, cut) => log.subarray(0, cut),
    (log, _, cut) => Buffer.concat([log.subarray(0, cut), Buffer.alloc(log.length - cut)]),
    (log, _, cut) => Buffer.from(log.map((byte, at) => (at < cut ? byte : byte ^ (1 + chance.upTo(255))))),
    // The disk wrote the end first.
    (log, from, cut) => Buffer.from(log.map((byte, at) => (at >= from && at < cut ? 0 : byte))),
  ];
  const store = await openStore(path);
  await store.saveProgram(PROGRAM, "artifact");
  await store.commit([create(1)]);
  let tried = 0;
  for (let n = 1; n <= COMMITS; n++) {
    const synced = statSync(`${path}-wal`).size;
    await store.commit([append(1, n), timer(1, n, NOW + n)]);
    const log = readFileSync(`${path}-wal`);
    assert.ok(log.length > synced, "each commit adds to the log");
    for (const damage of damages) {
      for (let i = 0; i < CUTS; i++) {
        const copy = join(folder, `${n}-${tried++}.db`);
        const cut = synced + 1 + chance.upTo(log.length - synced - 1);
        copyFileSync(path, copy);
        writeFileSync(`${copy}-wal`, damage(log, synced, cut));
        const after = await openStore(copy, { verify: "quick" });
        const last = (await after.loadExecution(1))?.tail.at(-1)?.n ?? 0;
        const timers = await after.dueTimers(NOW + 999, 999);
        assert.ok(last === n - 1 || last === n, `commit ${n} cut at ${cut - synced}: ${last} is the last`);
        assert.equal(timers.length, last, "and nothing is there by halves");
        await after.commit([append(1, last + 1)]);
        await after.close();
      }
    }
  }
  await store.close();
});
