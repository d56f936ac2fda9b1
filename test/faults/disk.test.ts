/**
 * A disk that is full, broken, slow or locked under the whole engine: what was acknowledged survives, what must run once
 * runs once, callers get a clear error, and everything goes on when the disk does.
 * Method: the real engine with a driver that fails or dawdles at chosen writes. (The store alone: test/store/faults.)
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connect } from "#runtime/store/sqlite/driver.js";
import { BUSY, FULL, IO_ERROR, intercepted, sqliteFault } from "../store/connections.js";
import { HOUR_MS, open, type Site, START, site, type World } from "./support.js";

const NAMES = ["a", "bb", "ccc"];

/** The writes of commits, counted from 1. */
function failingWrites(fails: (n: number) => boolean, errno: number) {
  let writes = 0;
  return intercepted(async ({ method, path, sql }) => {
    if (method !== "run" || !sql.startsWith("INSERT INTO change")) return;
    writes++;
    if (fails(writes)) throw sqliteFault(errno, `SQLITE: failure ${errno} at write ${writes}`, path);
  });
}

/** What came of starting all orders at once, after a minute: ids, or the codes of the refusals. */
async function startAll(world: World): Promise<readonly string[]> {
  const starts = NAMES.map((name) =>
    world.start("order", name, name).catch((error: unknown) => String((error as { code?: unknown }).code)),
  );
  await world.pass(60_000);
  return await Promise.all(starts);
}

async function checkEndings(world: World, place: Site): Promise<void> {
  for (const name of NAMES) assert.equal(await world.ending(`order/${name}`), `SUCCEEDED ${100 + 2 * name.length}`);
  const charges = place.notes().filter((line) => line.startsWith("charge"));
  assert.deepEqual([...charges].sort(), NAMES.map((name) => `charge ${name}`).sort(), "each is charged once");
}

test("a disk that is full at one write, whichever it is, delays the work and changes nothing", async (t) => {
  for (let n = 2; ; n++) {
    const place = await site(t);
    let failed = false;
    const connectFailing = failingWrites((write) => {
      failed ||= write === n;
      return write === n;
    }, FULL);
    const world = await open(t, "orders", place, { store: { connect: connectFailing } });
    assert.deepEqual(
      await startAll(world),
      NAMES.map((name) => `order/${name}`),
    );
    await world.pass(2 * HOUR_MS);
    await checkEndings(world, place);
    await world.close();
    if (!failed) {
      assert.ok(n > 6, `${n - 1} writes`);
      break;
    }
    assert.ok(world.problems.length <= 3, "a passing failure is reported, not repeated for ever");
  }
});

test("a broken disk stops the engine's writing; what was acknowledged goes on in the next one, and nothing is charged twice", async (t) => {
  for (const n of [2, 3, 4, 5, 6, 7]) {
    const place = await site(t);
    const broken = await open(t, "orders", place, {
      store: { connect: failingWrites((write) => write >= n, IO_ERROR) },
    });
    const answers = await startAll(broken);
    const acknowledged = answers.filter((answer) => answer.startsWith("order/"));
    for (const answer of answers) assert.match(answer, /^(order\/.*|EV8007)$/);
    await assert.rejects(broken.engine.ready(), { code: "EV6012" });
    await broken.close().catch(() => undefined);
    const next = await open(t, "orders", place, { start: START + HOUR_MS });
    await next.engine.ready();
    for (const id of acknowledged) assert.equal((await next.engine.show(id)).id, id);
    const charged = place.notes().filter((line) => line.startsWith("charge")).length;
    await next.pass(2 * HOUR_MS);
    for (const id of acknowledged) {
      const ending = await next.ending(id);
      // A charge that was under way when the disk broke is not known to have happened: it is not repeated but failed.
      assert.match(ending, /^(SUCCEEDED 10\d|FAILED TaskInterrupted)/);
    }
    const charges = place.notes().filter((line) => line.startsWith("charge"));
    assert.equal(
      new Set(charges).size,
      charges.length,
      `charged ${charged} before, never twice: ${charges.join(", ")}`,
    );
    await next.close();
  }
});

test("a slow disk makes transactions larger, not queues longer than the work", async (t) => {
  const place = await site(t);
  let writes = 0;
  const slow = intercepted(async ({ method, sql }) => {
    if (method !== "run" || !sql.startsWith("INSERT INTO change")) return;
    writes++;
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
  const world = await open(t, "orders", place, { store: { connect: slow } });
  const count = 100;
  const ids = await Promise.all(Array.from({ length: count }, (_, n) => world.start("order", `${n}`, "x")));
  await world.pass(2 * HOUR_MS);
  for (const id of ids) assert.equal(await world.ending(id), "SUCCEEDED 102");
  // Four activations and a lease each: one by one it would be 500 transactions.
  assert.ok(writes < count, `${writes} transactions`);
});

test("an engine that is told to stop during a commit ends that first, whichever it is, and nothing is charged twice", async (t) => {
  for (const n of [2, 3, 4, 5]) {
    const place = await site(t);
    let writes = 0;
    let arrived: () => void = () => {};
    let release: () => void = () => {};
    const underway = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const connectHolding = intercepted(async ({ method, sql }) => {
      if (method !== "run" || !sql.startsWith("INSERT INTO change") || ++writes !== n) return;
      arrived();
      await held;
    });
    const world = await open(t, "orders", place, { store: { connect: connectHolding } });
    const acknowledged: string[] = [];
    const answers = NAMES.map((name) =>
      world.start("order", name, name).then(
        (id) => void acknowledged.push(id),
        (error: unknown) => assert.match(String((error as { code?: unknown }).code), /^EV80/),
      ),
    );
    await underway;
    const closed = world.close();
    release();
    await closed;
    await Promise.all(answers);
    const next = await open(t, "orders", place, { start: START + HOUR_MS });
    await next.pass(2 * HOUR_MS);
    // A charge that did not end in its grace is not known to have happened: it is not repeated but failed.
    for (const id of acknowledged) assert.match(await next.ending(id), /^(SUCCEEDED 10\d|FAILED TaskInterrupted)/);
    const charges = place.notes().filter((line) => line.startsWith("charge"));
    assert.equal(new Set(charges).size, charges.length, charges.join(", "));
    await next.close();
  }
});

test("while another program keeps the file locked starts are refused with the reason; all goes on afterwards", async (t) => {
  const place = await site(t);
  const world = await open(t, "orders", place, { store: { busyTimeout: 10 }, limits: { storeAttempts: 2 } });
  await world.start("order", "early", "early");
  await world.engine.idle();
  const other = await connect(place.database, "write");
  await other.exec("BEGIN IMMEDIATE");
  const refused = world.start("order", "late", "late");
  const failure = assert.rejects(refused, { code: "EV8007", message: /locked|busy/i });
  await world.pass(1000);
  await failure;
  await other.exec("ROLLBACK");
  await other.close();
  await world.start("order", "late", "late");
  await world.pass(2 * HOUR_MS);
  assert.equal(await world.ending("order/early"), "SUCCEEDED 110");
  assert.equal(await world.ending("order/late"), "SUCCEEDED 108");
  assert.equal(place.notes().filter((line) => line === "charge late").length, 1);
});

test("a lock that comes and goes for as long as the work lasts only delays it", async (t) => {
  const place = await site(t);
  const world = await open(t, "orders", place, {
    store: { connect: failingWrites((write) => write > 1 && write % 2 === 0, BUSY) },
    limits: { storeAttempts: 100 },
  });
  assert.deepEqual(
    await startAll(world),
    NAMES.map((name) => `order/${name}`),
  );
  await world.pass(3 * HOUR_MS);
  await checkEndings(world, place);
});

async function alter(place: Site, sql: string): Promise<void> {
  const connection = await connect(place.database, "write");
  await connection.exec(sql);
  await connection.close();
}

const DAMAGES: Readonly<Record<string, { readonly sql: string; readonly code: RegExp }>> = {
  "a truncated program": { sql: "UPDATE program SET artifact = substr(artifact, 1, 500)", code: /^SUSPENDED EV8011/ },
  "an altered program": {
    sql: "UPDATE program SET artifact = replace(artifact, 'n < 3', 'n < 2')",
    code: /^SUSPENDED EV8011/,
  },
  "a missing program": {
    sql: "PRAGMA foreign_keys = OFF; UPDATE program SET hash = 'gone'",
    code: /^SUSPENDED EV80(09|11)/,
  },
};

for (const [what, { sql, code }] of Object.entries(DAMAGES)) {
  test(`${what} suspends its executions, with the reason`, async (t) => {
    const place = await site(t);
    const first = await open(t, "orders", place);
    await first.start("adder", "a");
    await first.engine.signal("adder/a", "more", "j1");
    await first.engine.idle();
    await first.close();
    await alter(place, sql);
    const damaged = await open(t, "orders", place, { bare: true });
    await damaged.engine.signal("adder/a", "more", "j10").catch(() => undefined);
    assert.match(await damaged.ending("adder/a"), code);
    await damaged.close();
  });
}

test("a start that an engine on the same file would make is refused while another engine has it", async (t: TestContext) => {
  const place = await site(t);
  const world = await open(t, "orders", place);
  await assert.rejects(open(t, "orders", place), { code: "EV6006" });
  await world.start("order", "a", "a");
  await world.pass(2 * HOUR_MS);
  assert.equal(await world.ending("order/a"), "SUCCEEDED 102");
});
