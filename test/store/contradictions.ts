/**
 * The part of the contract about T1 and T2: what contradicts the stored state aborts its commit, and only its commit.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Write } from "#runtime/store/store.js";
import type { Open } from "./contract.js";
import { append, checkpoint, close, create, fault, letter, NOW, populate, status, task, timer } from "./sample.js";

const CASES: Record<string, { before?: readonly Write[]; write: Write; message: RegExp }> = {
  "a gap in the tail": { before: [append(1, 1)], write: append(1, 3), message: /tail entry 3 does not follow 1/ },
  "a repeated tail entry": { before: [append(1, 1)], write: append(1, 1), message: /does not follow 1/ },
  "a gap after a checkpoint": { before: [checkpoint(1, 1)], write: append(1, 3), message: /does not follow 1/ },
  "a checkpoint ahead of the tail": { write: checkpoint(1, 2), message: /ahead of the tail/ },
  "a checkpoint older than the stored one": {
    before: [append(1, 1), append(1, 2), checkpoint(1, 2)],
    write: checkpoint(1, 1),
    message: /older than the stored one/,
  },
  "a second close": { before: [close(1)], write: close(1), message: /execution 1 is closed: SUCCEEDED/ },
  "a resumption of a closed execution": { before: [close(1)], write: status(1, "IN_PROGRESS"), message: /closed/ },
  "a tail entry of a closed execution": { before: [close(1)], write: append(1, 1), message: /closed/ },
  "a timer of a closed execution": { before: [close(1)], write: timer(1, 1, NOW), message: /closed/ },
  "a signal for a closed execution": { before: [close(1)], write: letter(1), message: /closed/ },
  "a tail entry of an unknown execution": { write: append(9, 1), message: /execution 9 does not exist/ },
  "a checkpoint of an unknown execution": { write: checkpoint(9, 1), message: /does not exist/ },
  "a timer of an unknown execution": { write: timer(9, 1, NOW), message: /does not exist/ },
  "a task of an unknown execution": { write: task(9, 1), message: /no execution 9/ },
  "a signal for an unknown execution": { write: letter(9), message: /does not exist/ },
  "a log of an unknown execution": {
    write: { kind: "addLog", execution: 9, time: 1, level: "info", text: "" },
    message: /no execution 9/,
  },
  "a status of an unknown execution": { write: status(9, "SUSPENDED"), message: /does not exist/ },
  "a duplicate id": { write: create(2, { id: "order/1" }), message: /already an execution order\/1/ },
  "a duplicate key": { write: create(1, { id: "order/new" }), message: /execution.key/ },
  "an unknown program": { write: create(2, { program: "f".repeat(64) }), message: /no program ffff/ },
  "a duplicate timer": { before: [timer(1, 1, NOW)], write: timer(1, 1, NOW + 1), message: /timer.seq/ },
  "a duplicate task": { before: [task(1, 1)], write: task(1, 1), message: /task.seq/ },
  "a lease of a task that is not there": {
    write: { kind: "leaseTask", execution: 1, seq: 4, lease: 1, attempt: 1 },
    message: /no open task 4/,
  },
  "a second removal of a task": {
    before: [task(1, 1), { kind: "removeTask", execution: 1, seq: 1 }],
    write: { kind: "removeTask", execution: 1, seq: 1 },
    message: /no open task 1/,
  },
  "a removal of an inbox entry that is not there": {
    write: { kind: "removeInbox", id: 5 },
    message: /no inbox entry 5/,
  },
};

export function contradictions(open: Open): void {
  for (const [name, { before = [], write, message }] of Object.entries(CASES)) {
    test(`${name} aborts the whole commit, which names it`, async (t) => {
      const store = await populate(await open(t));
      await store.commit(before);
      const stored = await store.loadExecution(1);
      const commit: Write[] = [
        create(7, { id: "order/7" }),
        write,
        { kind: "addLog", execution: 7, time: 1, level: "info", text: "never" },
      ];
      await assert.rejects(store.commit(commit), fault("EV6014", message));
      await assert.rejects(store.commit(commit), fault("EV6014", new RegExp(`: ${write.kind} .*row 2 of 3`)));
      assert.equal(await store.findExecution("order/7"), undefined);
      assert.deepEqual(await store.loadExecution(1), stored);
    });
  }

  test("of commits made together only the guilty ones are refused", async (t) => {
    const store = await populate(await open(t), 3);
    const results = await Promise.allSettled([
      store.commit([append(1, 1)]),
      store.commit([append(2, 2)]),
      store.commit([append(3, 1)]),
      store.commit([append(2, 1)]),
      store.commit([close(3), close(3)]),
      store.commit([append(1, 2)]),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ["fulfilled", "rejected", "fulfilled", "fulfilled", "rejected", "fulfilled"],
    );
    const numbers = async (key: number) => (await store.loadExecution(key))?.tail.map((entry) => entry.n);
    assert.deepEqual([await numbers(1), await numbers(2), await numbers(3)], [[1, 2], [1], [1]]);
  });

  test("commits take effect in the order of the calls", async (t) => {
    const store = await populate(await open(t));
    await Promise.all(Array.from({ length: 500 }, (_, index) => store.commit([append(1, index + 1)])));
    assert.equal((await store.loadExecution(1))?.tail.length, 500);
  });

  test("writes of one commit are applied in order", async (t) => {
    const store = await populate(await open(t));
    await store.commit([create(2), append(2, 1), timer(2, 1, NOW), close(2)]);
    assert.equal((await store.loadExecution(2))?.row.status, "SUCCEEDED");
    assert.deepEqual(await store.dueTimers(NOW, 9), []);
  });

  test("a commit of more rows than one statement holds is one transaction", async (t) => {
    const store = await populate(await open(t));
    const many = Array.from({ length: 5000 }, (_, index) => append(1, index + 1));
    await assert.rejects(store.commit([...many, append(1, 1)]), fault("EV6014", /row 5001 of 5001/));
    assert.deepEqual((await store.loadExecution(1))?.tail, []);
    await Promise.all([store.commit(many), store.commit([append(1, 5001)])]);
    assert.equal((await store.loadExecution(1))?.tail.length, 5001);
  });

  test("an empty commit resolves after the commits before it", async (t) => {
    const store = await populate(await open(t));
    const order: string[] = [];
    const first = store.commit([append(1, 1)]).then(() => order.push("first"));
    await Promise.all([first, store.commit([]).then(() => order.push("empty"))]);
    assert.deepEqual(order, ["first", "empty"]);
  });
}
