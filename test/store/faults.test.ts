/**
 * Goal: whatever call of the driver fails, once or for good: nothing acknowledged is lost, nothing is stored by halves,
 * the error is a Fault, and the file opens again.
 * Method: the same small history is run with the n-th call failing, for n = 1, 2, … until a run meets no failure.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Fault } from "#runtime/protocol/fault.js";
import type { Connect } from "#runtime/store/sqlite/driver.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Store } from "#runtime/store/store.js";
import { temporaryFolder } from "../support/temp.js";
import { BUSY, FULL, IO_ERROR, intercepted, sqliteFault } from "./connections.js";
import { append, checkpoint, close, create, letter, NOW, PROGRAM, task, timer } from "./sample.js";

/** Tail entries acknowledged, by execution, and which executions were acknowledged to be closed. */
interface Acknowledged {
  readonly tails: Map<number, number>;
  readonly closed: Set<number>;
}

/** More rows than one statement holds: the path with BEGIN and COMMIT. */
const MANY = 2100;

async function history(store: Store, acknowledged: Acknowledged): Promise<void> {
  const { tails, closed } = acknowledged;
  const step = async (key: number, n: number, more: Parameters<Store["commit"]>[0] = []): Promise<void> => {
    await store.commit([append(key, n), timer(key, n, NOW + n), ...more]);
    tails.set(key, n);
  };
  await store.saveProgram(PROGRAM, "artifact");
  for (const key of [1, 2, 3]) await store.commit([create(key)]);
  await Promise.all([step(1, 1, [letter(1)]), step(2, 1, [task(2, 1)]), step(3, 1)]);
  await store.loadExecution(1);
  await Promise.all([step(1, 2, [checkpoint(1, 1)]), step(3, 2)]);
  await store.commit(Array.from({ length: MANY }, (_, index) => append(2, index + 2)));
  tails.set(2, MANY + 1);
  await store.commit([close(3)]);
  closed.add(3);
}

/** Opens, runs the history, closes; answers with what was acknowledged and the error that ended it. */
async function attempt(path: string, connect: Connect): Promise<Acknowledged & { error: unknown }> {
  const acknowledged: Acknowledged = { tails: new Map(), closed: new Set() };
  let store: Store | undefined;
  let error: unknown;
  try {
    store = await openStore(path, { connect });
    await history(store, acknowledged);
  } catch (caught) {
    error = caught;
  }
  await store?.close();
  return { ...acknowledged, error };
}

async function verify(path: string, { tails, closed }: Acknowledged): Promise<void> {
  const store = await openStore(path, { verify: "quick" });
  for (const key of [1, 2, 3]) {
    const stored = await store.loadExecution(key);
    const acknowledged = tails.get(key) ?? 0;
    if (stored === undefined) {
      assert.equal(acknowledged, 0);
    } else if (stored.row.status === "SUCCEEDED") {
      assert.deepEqual([key, stored.tail.length], [3, 0]);
    } else {
      assert.ok(!closed.has(key));
      const last = stored.tail.at(-1)?.n ?? 0;
      assert.ok(last >= acknowledged, `execution ${key}: ${acknowledged} acknowledged, ${last} stored`);
      // Nothing half: the large commit is there with all its entries or none, and a timer came with each step.
      if (key === 2) assert.ok([0, 1, MANY + 1].includes(last), `${last} entries of the large commit`);
      const steps = key === 2 ? Math.min(last, 1) : last;
      assert.equal((await store.dueTimers(NOW + 99, 99)).filter((row) => row.execution === key).length, steps);
    }
  }
  await store.close();
}

function failingFrom(n: number, count: number, errno: number, counter: { calls: number }): Connect {
  return intercepted(async ({ method, path }) => {
    const call = ++counter.calls;
    if (call >= n && call < n + count) throw sqliteFault(errno, `SQLITE: injected into ${method}, call ${call}`, path);
  });
}

async function faultLoop(t: TestContext, errno: number, count: number): Promise<void> {
  const folder = await temporaryFolder(t);
  let failures = 0;
  for (let n = 1; ; n++) {
    const path = join(folder, `${n}.db`);
    const counter = { calls: 0 };
    const result = await attempt(path, failingFrom(n, count, errno, counter));
    if (counter.calls < n) break;
    if (result.error !== undefined) {
      failures++;
      assert.ok(result.error instanceof Fault, String(result.error));
      assert.match(result.error.code, /^EV60\d\d$/);
    }
    await verify(path, result);
  }
  assert.ok(failures >= 20, `only ${failures} calls failed`);
}

const ERRORS = { "the disk reports an error": IO_ERROR, "the disk is full": FULL, "the file is busy": BUSY };
for (const [name, errno] of Object.entries(ERRORS)) {
  test(`${name} at any one call: nothing acknowledged is lost`, (t) => faultLoop(t, errno, 1));
  test(`${name} from any call on: nothing acknowledged is lost`, (t) => faultLoop(t, errno, Number.MAX_SAFE_INTEGER));
}

test("after an error of the disk nothing is written until the store is opened again", async (t) => {
  const path = join(await temporaryFolder(t), "store.db");
  let failing = false;
  const connect = intercepted(async ({ method, path }) => {
    if (failing && method === "run") throw sqliteFault(IO_ERROR, "SQLITE_IOERR: injected", path);
  });
  const store = await openStore(path, { connect });
  await store.saveProgram(PROGRAM, "artifact");
  await store.commit([create(1)]);
  failing = true;
  await assert.rejects(store.commit([append(1, 1)]), { code: "EV6011" });
  failing = false;
  await assert.rejects(store.commit([append(1, 1)]), { code: "EV6012" });
  assert.equal((await store.loadExecution(1))?.tail.length, 0);
  await store.close();
  const again = await openStore(path);
  await again.commit([append(1, 1)]);
  await again.close();
});
