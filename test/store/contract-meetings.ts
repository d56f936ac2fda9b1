/** What every Store must do for what meets: executions that wait for others, rates of tasks, queues of subscriptions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store, Write } from "#runtime/store/store.js";
import type { Open } from "./contract.js";
import { close, create, NOW, populate, status } from "./sample.js";

/** Execution `key` waits for `target`, by its operation `seq`. */
function waiter(key: number, seq: number, target: number, reply = false): Write {
  return { kind: "addWaiter", execution: key, seq, target, reply };
}

export function waiters(open: Open): void {
  test("who waits for an execution is kept with the operation that waits, in order, until it is taken back", async (t) => {
    const store = await populate(await open(t), 4);
    assert.equal(await store.anyWaiter(), false);
    await store.commit([waiter(1, 7, 4), waiter(2, 3, 4, true), waiter(1, 8, 4, true), waiter(1, 9, 3)]);
    assert.equal(await store.anyWaiter(), true);
    const all = [
      { id: "order/1", seq: 7, reply: false },
      { id: "order/1", seq: 8, reply: true },
      { id: "order/2", seq: 3, reply: true },
    ];
    assert.deepEqual(sorted(await store.waitersOf(4)), all);
    assert.deepEqual(await store.waitersOf(3), [{ id: "order/1", seq: 9, reply: false }]);
    assert.deepEqual(await store.waitersOf(1), []);
    await store.commit([{ kind: "removeWaiter", execution: 1, seq: 7 }]);
    await store.commit([{ kind: "removeWaiter", execution: 1, seq: 7 }]);
    assert.deepEqual(sorted(await store.waitersOf(4)), all.slice(1));
  });

  test("a wait goes when the one that waits is closed, and when the awaited one is", async (t) => {
    const store = await populate(await open(t), 4);
    await store.commit([waiter(1, 1, 3), waiter(2, 1, 3), waiter(2, 2, 4)]);
    await store.commit([close(1)]);
    assert.deepEqual(await store.waitersOf(3), [{ id: "order/2", seq: 1, reply: false }]);
    await store.commit([close(3)]);
    assert.deepEqual(await store.waitersOf(3), []);
    assert.deepEqual(await store.waitersOf(4), [{ id: "order/2", seq: 2, reply: false }]);
    await store.commit([close(4)]);
    assert.equal(await store.anyWaiter(), false);
  });

  test("a suspended execution goes on waiting, and is waited for", async (t) => {
    const store = await populate(await open(t), 2);
    await store.commit([waiter(1, 1, 2), status(1, "SUSPENDED"), status(2, "SUSPENDED")]);
    assert.deepEqual(await store.waitersOf(2), [{ id: "order/1", seq: 1, reply: false }]);
  });
}

export function rates(open: Open): void {
  const start = (gate: string, at: number, until: number): Write => ({ kind: "noteStart", gate, at, until });

  test("starts count until their time is over, also two of one moment", async (t) => {
    const store = await populate(await open(t));
    await store.commit([start("mail", 100, 200), start("mail", 100, 200), start("pay:ada", 150, 1150)]);
    const told = async (now: number) =>
      (await store.startsSince(now)).map(({ gate, at, until }) => `${gate} ${at} ${until}`).sort();
    assert.deepEqual(await told(0), ["mail 100 200", "mail 100 200", "pay:ada 150 1150"]);
    assert.deepEqual(await told(199), ["mail 100 200", "mail 100 200", "pay:ada 150 1150"]);
    assert.deepEqual(await told(201), ["pay:ada 150 1150"]);
    assert.deepEqual(await told(1151), []);
  });

  test("what counts no more goes with later starts: their number does not grow with time", async (t) => {
    const store = await populate(await open(t));
    for (let n = 0; n < 50; n++) await store.commit([start("mail", n * 1000, n * 1000 + 500)]);
    assert.ok((await store.startsSince(0)).length <= 2, "those that are over have been removed");
  });
}

export function deliveries(open: Open): void {
  const emitted = (subscription: string, payload: string, time = NOW): Write => ({
    kind: "addDelivery",
    ...{ subscription, event: "paid", payload, time },
  });

  async function queue(
    store: Store,
    until = NOW,
  ): Promise<[payload: string, attempt: number, lease: number, crashes: number][]> {
    const due = await store.dueDeliveries(until, 9);
    return due.map(({ payload, attempt, lease = 0, crashes = 0 }) => [payload, attempt, lease, crashes]);
  }

  async function idOf(store: Store): Promise<number> {
    const [first] = await store.dueDeliveries(NOW, 1);
    return first?.id ?? assert.fail("nothing is due");
  }

  test("events are due in the order in which they were emitted, and new again after they were waited for", async (t) => {
    const store = await populate(await open(t));
    await store.commit([emitted("ship", "j1", NOW - 1), emitted("mail", "j2"), emitted("ship", "j3", NOW + 5)]);
    assert.deepEqual(await queue(store), [
      ["j1", 0, 0, 0],
      ["j2", 0, 0, 0],
    ]);
    assert.equal(await store.nextDelivery(NOW), NOW + 5);
    assert.equal(await store.nextDelivery(NOW + 5), undefined);
    assert.deepEqual((await queue(store, NOW + 5)).length, 3);
  });

  test("an attempt that has begun is told with its incarnation and the deaths before it; failing takes the lease", async (t) => {
    const store = await populate(await open(t));
    await store.commit([emitted("ship", "j1")]);
    const id = await idOf(store);
    await store.commit([{ kind: "leaseDelivery", id, lease: 3, crashes: 2 }]);
    assert.deepEqual(await queue(store), [["j1", 0, 3, 2]]);
    await store.commit([{ kind: "retryDelivery", id, attempt: 1, readyAt: NOW + 50 }]);
    assert.deepEqual(await queue(store), []);
    assert.deepEqual(await queue(store, NOW + 50), [["j1", 1, 0, 2]]);
  });

  test("a dead letter leaves the queue, is kept with its error, and returns as new", async (t) => {
    const store = await populate(await open(t));
    await store.commit([emitted("ship", "j1"), emitted("ship", "j2")]);
    const id = await idOf(store);
    await store.commit([
      { kind: "leaseDelivery", id, lease: 1, crashes: 1 },
      { kind: "buryDelivery", id, attempt: 4, time: NOW + 7, error: "j7" },
    ]);
    assert.deepEqual(await queue(store), [["j2", 0, 0, 0]]);
    const [dead] = await store.deadLetters({ subscription: "ship", limit: 9 });
    assert.deepEqual([dead?.id, dead?.attempt, dead?.deadAt, dead?.error, dead?.payload], [id, 4, NOW + 7, "j7", "j1"]);
    assert.deepEqual(await store.deadLetters({ subscription: "other", limit: 9 }), []);
    assert.deepEqual(await store.deadLetters({ before: id, limit: 9 }), []);
    await store.commit([{ kind: "reviveDelivery", id, time: NOW }]);
    assert.deepEqual(await store.deadLetters({ limit: 9 }), []);
    assert.deepEqual((await queue(store)).toSorted(), [
      ["j1", 0, 0, 0],
      ["j2", 0, 0, 0],
    ]);
    await store.commit([{ kind: "removeDelivery", id }]);
    assert.equal(await store.findDelivery(id), undefined);
  });

  test("of a refused commit no wait, start or event is left", async (t) => {
    const store = await populate(await open(t), 2);
    const all = [waiter(1, 1, 2), { kind: "noteStart", gate: "mail", at: 1, until: 2 }, emitted("ship", "j1")] as const;
    await assert.rejects(store.commit([...all, create(1)]));
    assert.equal(await store.anyWaiter(), false);
    assert.deepEqual(await store.startsSince(0), []);
    assert.deepEqual(await queue(store), []);
  });
}

function sorted<T extends { readonly id: string; readonly seq: number }>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => a.id.localeCompare(b.id) || a.seq - b.seq);
}
