/**
 * Goal: one engine per file; the second is told who has it; no death of the holder leaves a lock behind.
 * Method: real processes.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "#runtime/store/sqlite/open.js";
import { temporaryFolder } from "../support/temp.js";
import { startCommitter } from "./children.js";
import { fault } from "./sample.js";

test("a second process is refused and told who holds the file", async (t) => {
  const path = join(await temporaryFolder(t), "store.db");
  const holder = startCommitter(t, path, 0);
  assert.equal(await holder.line(/./), "open");
  await assert.rejects(
    openStore(path),
    fault("EV6006", new RegExp(`in use by another engine \\(process ${holder.process.pid}\\)`)),
  );
  const second = startCommitter(t, path, 1);
  assert.match((await second.line(/./)) ?? "", new RegExp(`^refused EV6006 .*process ${holder.process.pid}\\)`));
});

test("a second store in the same process is refused, and the first keeps its lock", async (t) => {
  const path = join(await temporaryFolder(t), "store.db");
  const store = await openStore(path);
  await assert.rejects(openStore(path), fault("EV6006", /this one/));
  const other = startCommitter(t, path, 0);
  assert.match((await other.line(/./)) ?? "", /^refused EV6006/);
  await store.close();
});

test("the lock of a killed process is free at once", async (t) => {
  const path = join(await temporaryFolder(t), "store.db");
  for (let round = 1; round <= 5; round++) {
    const holder = startCommitter(t, path, round % 2);
    assert.equal(await holder.line(/./), "open");
    await holder.kill();
    const store = await openStore(path);
    assert.equal(store.opened.incarnation, 2 * round);
    await store.close();
  }
});

test("of many processes that start at once exactly one gets the file", async (t) => {
  const path = join(await temporaryFolder(t), "store.db");
  const all = Array.from({ length: 6 }, () => startCommitter(t, path, 0));
  const answers = await Promise.all(all.map((committer) => committer.line(/./)));
  assert.equal(answers.filter((line) => line === "open").length, 1, answers.join("\n"));
  assert.equal(answers.filter((line) => line?.startsWith("refused EV6006")).length, 5, answers.join("\n"));
});

test("the lock is released when opening fails", async (t) => {
  const path = join(await temporaryFolder(t), "store.db");
  await writeFile(path, "x".repeat(500));
  await assert.rejects(openStore(path), fault("EV6003"));
  await writeFile(path, "");
  await (await openStore(path)).close();
});

test("a damaged lock file is reported as what it is", async (t) => {
  const path = join(await temporaryFolder(t), "store.db");
  await writeFile(`${path}-lock`, "x".repeat(5000));
  await assert.rejects(openStore(path), fault("EV6007", /lock file/));
});
