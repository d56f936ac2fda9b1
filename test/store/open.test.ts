/**
 * Goal: a database that cannot be used is refused with a code, its place and a remedy, and stays byte for byte as it
 * was; one that can be used goes on where it stopped.
 * Method: files made wrong in every way that people and disks manage.
 */
import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, readFile, rename, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect } from "#runtime/store/sqlite/driver.js";
import { APPLICATION_ID, MIGRATIONS, migrate } from "#runtime/store/sqlite/migrations.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import { temporaryFolder } from "../support/temp.js";
import { startCommitter } from "./children.js";
import { append, checkpoint, execution, fault, letter, NOW, populate, task, timer } from "./sample.js";

async function inFolder(t: TestContext): Promise<string> {
  return join(await temporaryFolder(t), "store.db");
}

async function run(path: string, sql: string): Promise<void> {
  const connection = await connect(path, "create");
  await connection.exec(sql);
  await connection.close();
}

/** A store with content, closed. */
async function filled(path: string): Promise<void> {
  const store = await populate(await openStore(path), 50);
  await store.commit(Array.from({ length: 50 }, (_, index) => checkpoint(index + 1, 1, "text ".repeat(500))));
  await store.close();
}

async function refusedUntouched(path: string, code: `EV${number}`, message: RegExp): Promise<void> {
  const before = await readFile(path);
  for (const verify of ["header", "quick"] as const) {
    await assert.rejects(openStore(path, { verify }), fault(code, message));
  }
  assert.ok(before.equals(await readFile(path)), "the file was changed");
}

test("a store goes on where it was closed, in its next incarnation", async (t) => {
  const path = await inFolder(t);
  const first = await populate(await openStore(path), 3);
  await first.commit([append(3, 1), letter(3), task(3, 1), timer(3, 2, NOW), { kind: "setClock", now: NOW }]);
  await first.commit([{ kind: "setClock", now: NOW - 1 }]);
  const before = await first.loadExecution(3);
  await first.close();
  const second = await openStore(path);
  assert.deepEqual(second.opened, { ...first.opened, incarnation: 2, nextKey: 4, clock: NOW });
  assert.deepEqual(await second.loadExecution(3), before);
  await second.commit([letter(3), task(3, 5), append(3, 2)]);
  assert.equal((await second.readInbox(3)).length, 2);
  assert.equal((await second.openTasks({ limit: 9 })).length, 2);
  await second.close();
});

test("a closed store leaves the file and its lock file, nothing else", async (t) => {
  const path = await inFolder(t);
  await filled(path);
  assert.deepEqual((await readdir(join(path, ".."))).sort(), ["store.db", "store.db-lock"]);
});

test("a copy of the file alone, after closing, is a whole database", async (t) => {
  const path = await inFolder(t);
  await filled(path);
  await copyFile(path, `${path}.copy`);
  const copy = await openStore(`${path}.copy`, { verify: "quick" });
  assert.equal((await copy.listExecutions({ limit: 99 })).length, 50);
  await copy.close();
});

test("a missing folder is named", async (t) => {
  const path = join(await temporaryFolder(t), "no", "store.db");
  await assert.rejects(openStore(path), fault("EV6001", /folder of the database does not exist: .*no$/));
});

test("a folder in the place of the file is refused", async (t) => {
  const path = await inFolder(t);
  await mkdir(path);
  await assert.rejects(openStore(path), fault("EV6001", /not a file/));
});

test("a path through a file is refused", async (t) => {
  const path = await inFolder(t);
  await writeFile(path, "");
  await assert.rejects(openStore(join(path, "store.db")), fault("EV6002"));
});

test("an empty file becomes a database", async (t) => {
  const path = await inFolder(t);
  await writeFile(path, "");
  const store = await openStore(path);
  assert.equal(store.opened.incarnation, 1);
  await store.close();
});

test("a file that is no database is refused and untouched", async (t) => {
  const path = await inFolder(t);
  await writeFile(path, "export const workflow = 1;\n");
  await refusedUntouched(path, "EV6003", /too short/);
  await writeFile(path, "x".repeat(5000));
  await refusedUntouched(path, "EV6003", /not an SQLite file/);
});

test("a database of another application is refused and untouched", async (t) => {
  const path = await inFolder(t);
  await run(path, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
  await refusedUntouched(path, "EV6003", /another application/);
  await run(path, "PRAGMA application_id = 7; PRAGMA user_version = 1");
  await refusedUntouched(path, "EV6003", /another application/);
});

test("a database of a newer version is refused and untouched", async (t) => {
  const path = await inFolder(t);
  await filled(path);
  await run(path, "PRAGMA user_version = 999");
  await refusedUntouched(path, "EV6005", /layout version 999/);
});

test("a truncated database is refused and untouched", async (t) => {
  const path = await inFolder(t);
  await filled(path);
  await truncate(path, (await readFile(path)).length - 4096);
  await refusedUntouched(path, "EV6004", /bytes of/);
  await truncate(path, 150);
  await refusedUntouched(path, "EV6004", /150 bytes/);
  await truncate(path, 60);
  await refusedUntouched(path, "EV6003", /too short/);
});

test("a database with a header of rubbish is refused and untouched", async (t) => {
  const path = await inFolder(t);
  await filled(path);
  const bytes = await readFile(path);
  bytes.fill(0xff, 100, 4096);
  await writeFile(path, bytes);
  await refusedUntouched(path, "EV6004", /damaged/);
});

test("a first start that was killed in the middle of a write is undone and made again", async (t) => {
  const path = await inFolder(t);
  const made = `${path}.made`;
  const connection = await connect(made, "create");
  // A cache of one page, so that the unfinished transaction has reached the file and needs its journal.
  await connection.exec(`PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; CREATE TABLE unfinished (x);
    INSERT INTO unfinished SELECT randomblob(3000) FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4);`);
  await copyFile(made, path);
  await copyFile(`${made}-journal`, `${path}-journal`);
  await connection.close();
  const store = await openStore(path);
  assert.equal(store.opened.incarnation, 1);
  await store.close();
});

test("a write-ahead log without its file, or without its start, is refused and untouched", async (t) => {
  const path = await inFolder(t);
  const committer = startCommitter(t, path, 4);
  await committer.line(/^1 5$/);
  await committer.kill();
  const log = await readFile(`${path}-wal`);
  await rename(path, `${path}.away`);
  await assert.rejects(openStore(path), fault("EV6004", /write-ahead log .* is there/));
  await rename(`${path}.away`, path);
  await writeFile(`${path}-wal`, Buffer.alloc(log.length, 0xee));
  await refusedUntouched(path, "EV6004", /does not begin like one/);
  await writeFile(`${path}-wal`, log);
  const store = await openStore(path, { verify: "quick" });
  assert.equal((await store.loadExecution(1))?.tail[4]?.n, 5);
  await store.close();
});

test("damaged pages are found at opening when asked for, and at reading otherwise", async (t) => {
  const path = await inFolder(t);
  await filled(path);
  const bytes = await readFile(path);
  bytes.fill(0xee, 4096 * 2);
  await writeFile(path, bytes);
  await assert.rejects(openStore(path, { verify: "quick" }), fault("EV6004", /damaged/));
  assert.ok(bytes.equals(await readFile(path)), "the file was changed");
  const outcome = await openStore(path)
    .then(
      async (store) => {
        try {
          return await store.loadExecution(1);
        } finally {
          await store.close();
        }
      },
      (error) => {
        throw error;
      },
    )
    .catch((error) => error);
  assert.ok(fault("EV6004", /damaged/)(outcome));
});

test("a record that Eventual did not write is refused when it is read", async (t) => {
  const path = await inFolder(t);
  const first = await populate(await openStore(path), 2);
  await first.commit([append(1, 1), append(2, 1)]);
  await first.close();
  await run(
    path,
    "UPDATE tail SET events = '[{\"kind\":\"surprise\"}]' WHERE execution = 1; UPDATE execution SET status = 'ODD' WHERE key = 2",
  );
  const store = await openStore(path);
  await assert.rejects(store.loadExecution(1), fault("EV6017", /tail.events/));
  await assert.rejects(store.findExecution("order/2"), fault("EV6017", /execution/));
  await store.close();
});

test("a file that may not be written is refused", async (t) => {
  const path = await inFolder(t);
  await filled(path);
  const readonly = openStore(path, { connect: (file, mode) => connect(file, file === path ? "read" : mode) });
  await assert.rejects(readonly, fault("EV6008", /cannot be written/));
  await (await openStore(path)).close();
});

test("a file that another program keeps locked is reported, and works again afterwards", async (t) => {
  const path = await inFolder(t);
  const store = await populate(await openStore(path, { busyTimeout: 20 }));
  const other = await connect(path, "write");
  await other.exec("BEGIN IMMEDIATE");
  const commits = [store.commit([append(1, 1)]), store.commit([append(1, 2)])];
  for (const commit of commits) await assert.rejects(commit, fault("EV6010", /another program/));
  await other.exec("ROLLBACK");
  await other.close();
  await store.commit([append(1, 1)]);
  await store.close();
});

test("commits of different sizes that met a locked file leave nothing behind that keeps later ones from the file", async (t) => {
  const path = await inFolder(t);
  const store = await populate(await openStore(path, { busyTimeout: 1 }), 3);
  const other = await connect(path, "write");
  await other.exec("BEGIN IMMEDIATE");
  await assert.rejects(store.commit([append(1, 1)]), fault("EV6010", /another program/));
  await assert.rejects(
    store.commit([append(2, 1), timer(2, 1, NOW), timer(2, 2, NOW)]),
    fault("EV6010", /another program/),
  );
  await other.exec("ROLLBACK");
  await store.commit([append(3, 1), timer(3, 1, NOW)]);
  const seen = await other.prepare("SELECT execution FROM tail");
  assert.deepEqual(await seen.all(), [{ execution: 3 }]);
  await other.close();
  await store.close();
});

test("an older database is brought to the newest version in one transaction", async (t) => {
  const path = await inFolder(t);
  const connection = await connect(path, "create");
  await migrate(connection, 0, path, MIGRATIONS.slice(0, 1));
  await connection.exec(`
    INSERT INTO program (key, hash, artifact) VALUES (1, '${execution(1).program}', 'a');
    INSERT INTO execution (key, id, workflow, program, status, start_time, input)
    VALUES (1, 'order/1', 'order', 1, 'IN_PROGRESS', ${NOW + 1}, 'j{"n":1}');`);
  const steps = [...MIGRATIONS, "ALTER TABLE execution ADD COLUMN more TEXT DEFAULT 'x';"];
  await assert.rejects(
    migrate(connection, 1, path, [...steps, "INSERT INTO nowhere VALUES (1);"]),
    fault("EV6016", /from layout version 1 to/),
  );
  await connection.exec("ROLLBACK");
  const version = async () => (await (await connection.prepare("PRAGMA user_version")).all())[0]?.user_version;
  assert.equal(await version(), 1);
  await migrate(connection, 1, path, steps);
  assert.equal(await version(), steps.length);
  await migrate(connection, steps.length, path, steps);
  await assert.rejects(migrate(connection, steps.length + 1, path, steps), fault("EV6005"));
  const rows = await (await connection.prepare("SELECT id, more FROM execution")).all();
  assert.deepEqual(rows, [{ id: "order/1", more: "x" }]);
  await connection.close();
});

test("a new file carries the application's mark and its version", async (t) => {
  const path = await inFolder(t);
  await (await openStore(path)).close();
  const header = await readFile(path);
  assert.equal(header.readUInt32BE(68), APPLICATION_ID);
  assert.equal(header.readUInt32BE(60), MIGRATIONS.length);
});

test("references between tables hold after any work", async (t) => {
  const path = await inFolder(t);
  await filled(path);
  const connection = await connect(path, "read");
  assert.deepEqual(await (await connection.prepare("PRAGMA foreign_key_check")).all(), []);
  await connection.close();
});

test("one file has one lock whatever it is called by", async (t) => {
  const path = await inFolder(t);
  const store = await openStore(path);
  await symlink(path, `${path}.link`);
  await assert.rejects(
    openStore(`${path}.link`),
    fault("EV6006", /in use by another engine \(process \d+, this one\)/),
  );
  await store.close();
  await (await openStore(`${path}.link`)).close();
});

test("a connection that is closed in the middle of its work ends that first, and takes no more", async (t) => {
  const connection = await connect(join(await temporaryFolder(t), "store.db"), "create");
  const held = await connection.prepare("SELECT 1");
  const working = connection.prepare("SELECT 2").then(() => "prepared");
  const closing = connection.close();
  await assert.rejects(connection.prepare("SELECT 3"), fault("EV6013", /closed/));
  await closing;
  assert.equal(await working, "prepared");
  await held.finalize();
  await assert.rejects(held.run(), fault("EV6013", /closed/));
});
