/**
 * Goal: many commits share few transactions, and a failure of the shared one costs nobody but the guilty.
 * Method: the real driver, with its calls recorded.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect } from "#runtime/store/sqlite/driver.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Store } from "#runtime/store/store.js";
import { temporaryFolder } from "../support/temp.js";
import { FULL, intercepted, sqliteFault } from "./connections.js";
import { append, checkpoint, fault, populate } from "./sample.js";

async function recorded(t: TestContext, executions: number): Promise<{ store: Store; calls: string[] }> {
  const calls: string[] = [];
  const connect = intercepted(async ({ method, sql }) => {
    if (sql.startsWith("INSERT INTO change") || !/SELECT|PRAGMA/.test(sql)) calls.push(`${method} ${sql.slice(0, 18)}`);
  });
  const store = await openStore(":memory:", { connect });
  t.after(() => store.close());
  await populate(store, executions);
  calls.length = 0;
  return { store, calls };
}

test("a hundred commits made together are one statement", async (t) => {
  const { store, calls } = await recorded(t, 100);
  await Promise.all(Array.from({ length: 100 }, (_, index) => store.commit([append(index + 1, 1)])));
  assert.deepEqual(
    calls.filter((call) => call.startsWith("run")),
    ["run INSERT INTO change"],
  );
});

test("commits made while a transaction is written share the next one", async (t) => {
  const { store, calls } = await recorded(t, 100);
  const first = store.commit([append(1, 1)]);
  await Promise.resolve();
  await Promise.resolve();
  const rest = Array.from({ length: 99 }, (_, index) => store.commit([append(index + 2, 1)]));
  await Promise.all([first, ...rest]);
  assert.equal(calls.filter((call) => call.startsWith("run")).length, 2);
});

test("statements are prepared once per size and kept", async (t) => {
  const { store, calls } = await recorded(t, 1);
  let n = 0;
  for (const rows of [5, 6, 7, 8, 5, 6]) {
    await store.commit(Array.from({ length: rows }, () => append(1, ++n)));
  }
  assert.equal(calls.filter((call) => call.startsWith("prepare")).length, 2);
});

test("a statement that carried a large text is freed", async (t) => {
  const { store, calls } = await recorded(t, 1);
  await store.commit([checkpoint(1, 1, "x".repeat(3 << 20))]);
  assert.equal(calls.filter((call) => call.startsWith("finalize")).length, 1);
});

test("large commits do not pile up in one transaction", async (t) => {
  const { store, calls } = await recorded(t, 4);
  const text = "x".repeat(5 << 20);
  await Promise.all([1, 2, 3, 4].map((key) => store.commit([checkpoint(key, 1, text)])));
  assert.equal(calls.filter((call) => call.startsWith("run")).length, 4);
});

test("a read in between sees nothing of a transaction of several statements", async (t) => {
  const { store } = await recorded(t, 1);
  const commit = store.commit(Array.from({ length: 9000 }, (_, index) => append(1, index + 1)));
  const seen = await Promise.all(Array.from({ length: 5 }, () => store.loadExecution(1)));
  await commit;
  for (const stored of seen) assert.ok([0, 9000].includes(stored?.tail.length ?? -1));
});

test("on a full disk the large commit fails, the small ones around it do not", async (t) => {
  const file = join(await temporaryFolder(t), "store.db");
  const store = await openStore(file, {
    connect: async (path, mode) => {
      const connection = await connect(path, mode);
      if (path === file) await connection.exec("PRAGMA max_page_count = 200");
      return connection;
    },
  });
  await populate(store, 3);
  const results = await Promise.allSettled([
    store.commit([append(1, 1)]),
    store.commit([checkpoint(2, 1, "x".repeat(2 << 20))]),
    store.commit([append(3, 1)]),
  ]);
  assert.deepEqual(
    results.map((result) => result.status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.ok(results[1]?.status === "rejected" && fault("EV6009", /disk is full/)(results[1].reason));
  await store.commit([append(2, 1)]);
  await store.close();
});

test("a transaction that could not be undone stops all writing", async (t) => {
  let failing = false;
  const store = await openStore(":memory:", {
    connect: intercepted(async ({ sql, path }) => {
      if (failing && (sql === "COMMIT" || sql === "ROLLBACK")) throw sqliteFault(FULL, "SQLITE_FULL: injected", path);
    }),
  });
  t.after(() => store.close());
  await populate(store);
  failing = true;
  await assert.rejects(store.commit(Array.from({ length: 3000 }, (_, n) => append(1, n + 1))), fault("EV6009"));
  failing = false;
  await assert.rejects(store.commit([append(1, 1)]), fault("EV6012", /nothing more is written/));
});
