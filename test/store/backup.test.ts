/** A backup is at its place whole, or not at all, whatever cuts it off. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { writeBackup } from "#runtime/store/sqlite/backup.js";
import { examine } from "#runtime/store/sqlite/examine.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import { temporaryFolder } from "../support/temp.js";
import { create, PROGRAM } from "./sample.js";

test("as long as it is written it has another name; when that fails nothing is left, and the error names the copy", async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, "copy.db");
  const failing = writeBackup(file, async (partial) => {
    await writeFile(partial, "half");
    await writeFile(`${partial}-journal`, "half");
    assert.ok(!existsSync(file));
    throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
  });
  await assert.rejects(failing, (error: Error) => {
    assert.match(error.message, /^the backup could not be written: no space left/);
    return Reflect.get(error, "place") === file;
  });
  assert.deepEqual(await readdir(folder), []);
});

test("cut off at any moment, a copy is whole or not there; afterwards the file can be looked at and copied", async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, "store.db");
  const store = await openStore(path, { synchronous: "normal" });
  await store.saveProgram(PROGRAM, "artifact");
  for (let from = 1; from < 4000; from += 200) {
    await store.commit(Array.from({ length: 200 }, (_, n) => create(from + n)));
  }
  const file = await examine(path);
  let cut = 0;
  for (let n = 0; n < 20; n++) {
    const copy = join(folder, `${n}.db`);
    const copying = file.backup(copy).then(
      () => true,
      () => false,
    );
    for (let turns = 0; turns < n; turns++) await new Promise((resolve) => setImmediate(resolve));
    file.interrupt();
    const isWhole = await copying;
    if (!isWhole) cut++;
    assert.equal(existsSync(copy), isWhole);
    assert.ok(!existsSync(`${copy}.partial`));
    if (!isWhole) continue;
    const whole = await examine(copy);
    assert.equal((await whole.stats()).kinds.find(({ kind }) => kind === "executions")?.rows, 4000);
    await whole.close();
  }
  t.diagnostic(`${cut} of 20 were cut off`);
  await store.commit([create(4001)]);
  await file.backup(join(folder, "last.db"));
  assert.deepEqual(await file.findings(() => {}), []);
  await file.close();
  await store.close();
});
