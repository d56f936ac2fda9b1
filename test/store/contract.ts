/**
 * What every Store must do, whatever it is built on. Goal: T1, T2 and the meaning of each write and query of the seam.
 * Method: small commits through the public interface, then the same interface reads them back.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Event } from "#runtime/protocol/event.js";
import type { Store, Write } from "#runtime/store/store.js";
import { deliveries, rates, waiters } from "./contract-meetings.js";
import { contradictions } from "./contradictions.js";
import {
  append,
  checkpoint,
  close,
  create,
  execution,
  fault,
  letter,
  NOW,
  PROGRAM,
  populate,
  status,
  task,
  timer,
} from "./sample.js";

/** Registers the suite for the implementation that `open` makes an empty store of. */
export function storeContract(name: string, open: (t: TestContext) => Promise<Store>): void {
  describe(name, () => {
    executions(open);
    tails(open);
    contradictions(open);
    wakeUps(open);
    tasksAndLogs(open);
    closing(open);
    waiters(open);
    rates(open);
    deliveries(open);
    texts(open);
  });
}

export type Open = (t: TestContext) => Promise<Store>;

function executions(open: Open): void {
  test("a new store is in its first incarnation and empty", async (t) => {
    const store = await open(t);
    const { secret, ...numbers } = store.opened;
    assert.deepEqual(numbers, { incarnation: 1, nextKey: 1, clock: 0 });
    assert.match(secret, /^[0-9a-f]{64}$/);
    assert.equal(await store.loadExecution(1), undefined);
    assert.equal(await store.findExecution("order/1"), undefined);
    assert.deepEqual(await store.listExecutions({ limit: 10 }), []);
  });

  test("a program is kept as it was first saved", async (t) => {
    const store = await open(t);
    assert.equal(await store.loadProgram(PROGRAM), undefined);
    await store.saveProgram(PROGRAM, "first");
    await store.saveProgram(PROGRAM, "second");
    assert.equal(await store.loadProgram(PROGRAM), "first");
  });

  test("the program saved last is the newest, also when it was known", async (t) => {
    const store = await open(t);
    const hashes = ["a", "b", "c"].map((digit) => digit.repeat(64));
    for (const hash of hashes) await store.saveProgram(hash, "");
    assert.deepEqual(await store.programs(), hashes.toReversed());
    await store.saveProgram(hashes[0] ?? "", "");
    await store.saveProgram(hashes[0] ?? "", "");
    assert.deepEqual(await store.programs(), [hashes[0], hashes[2], hashes[1]]);
  });

  test("an execution comes back as it was created", async (t) => {
    const store = await populate(await open(t), 2);
    assert.deepEqual(await store.findExecution("order/2"), execution(2));
    assert.deepEqual((await store.loadExecution(2))?.row, execution(2));
  });

  test("a suspension is stored with its reason and a resumption takes the reason away", async (t) => {
    const store = await populate(await open(t));
    const reason = { code: "EV5001", message: "too deep", remedy: "recurse less" } as const;
    await store.commit([{ kind: "setStatus", execution: 1, status: "SUSPENDED", reason }]);
    assert.deepEqual((await store.loadExecution(1))?.row, { ...execution(1), status: "SUSPENDED", reason });
    await store.commit([status(1, "IN_PROGRESS")]);
    assert.deepEqual((await store.loadExecution(1))?.row, execution(1));
  });

  test("executions are listed newest first, by page, by workflow and by status", async (t) => {
    const store = await populate(await open(t), 4);
    await store.commit([create(5, { workflow: "other" }), status(2, "SUSPENDED"), close(3)]);
    const keys = async (query: Parameters<Store["listExecutions"]>[0]) =>
      (await store.listExecutions(query)).map((row) => row.key);
    assert.deepEqual(await keys({ limit: 10 }), [5, 4, 3, 2, 1]);
    assert.deepEqual(await keys({ limit: 2 }), [5, 4]);
    assert.deepEqual(await keys({ limit: 2, before: 4 }), [3, 2]);
    assert.deepEqual(await keys({ limit: 9, workflow: "order" }), [4, 3, 2, 1]);
    assert.deepEqual(await keys({ limit: 9, status: "IN_PROGRESS" }), [5, 4, 1]);
    assert.deepEqual(await keys({ limit: 9, status: "IN_PROGRESS", workflow: "order", before: 4 }), [1]);
  });
}

function tails(open: Open): void {
  test("the tail comes back in order with its events, costs and bytes", async (t) => {
    const store = await populate(await open(t));
    const outcome = { ok: false, error: 'j{"name":"E"}' } as const;
    const events: Event[] = [
      {
        kind: "start",
        workflow: "order",
        input: "j1",
        execution: { id: "order/1", name: "1", startTime: "2026-11-24T00:00:00.000Z" },
        seed: "ab",
      },
      { kind: "task", seq: 1, outcome },
      { kind: "task", seq: 2, outcome: { ok: true, value: "jnull" } },
      { kind: "signal", signal: "go", payload: "j2" },
      { kind: "sent", seq: 3, outcome },
    ];
    await store.commit([append(1, 1, events), append(1, 2), append(1, 3, [])]);
    const stored = await store.loadExecution(1);
    assert.deepEqual(stored?.tail, [
      { n: 1, now: NOW + 1, events, commandsHash: "hash 1" },
      { n: 2, now: NOW + 2, events: [{ kind: "timer", seq: 2 }], commandsHash: "hash 2" },
      { n: 3, now: NOW + 3, events: [], commandsHash: "hash 3" },
    ]);
    assert.equal(stored?.tailCost, 60);
    assert.equal(stored?.tailBytes, (await store.sizeOf(1)).tail);
    assert.ok(stored.tailBytes > 100);
  });

  test("a checkpoint replaces the tail up to its number and the checkpoint before it", async (t) => {
    const store = await populate(await open(t));
    await store.commit([append(1, 1), append(1, 2), append(1, 3), checkpoint(1, 2)]);
    const first = await store.loadExecution(1);
    assert.deepEqual(first?.checkpoint, { n: 2, text: "checkpoint 2", cost: 7 });
    assert.deepEqual(
      first?.tail.map((entry) => entry.n),
      [3],
    );
    await store.commit([append(1, 4), checkpoint(1, 4, "é")]);
    const second = await store.loadExecution(1);
    assert.deepEqual(second?.checkpoint, { n: 4, text: "é", cost: 7 });
    assert.deepEqual(second?.tail, []);
    assert.deepEqual(await store.sizeOf(1), { checkpoint: 2, tail: 0 });
    await store.commit([append(1, 5)]);
  });

  test("an activation can be recorded by its checkpoint alone", async (t) => {
    const store = await populate(await open(t));
    await store.commit([checkpoint(1, 1)]);
    await store.commit([append(1, 2)]);
    await store.commit([checkpoint(1, 3)]);
    await store.commit([append(1, 4)]);
    const stored = await store.loadExecution(1);
    assert.equal(stored?.checkpoint?.n, 3);
    assert.deepEqual(
      stored?.tail.map((entry) => entry.n),
      [4],
    );
  });
}

function wakeUps(open: Open): void {
  test("timers are due by time, earliest first, and only those of executions in progress", async (t) => {
    const store = await populate(await open(t), 3);
    assert.equal(await store.nextTimer(), undefined);
    await store.commit([
      timer(1, 1, NOW + 30),
      timer(1, 2, NOW + 10),
      timer(2, 1, NOW + 20),
      timer(3, 1, NOW + 5),
      timer(3, 2, NOW + 40),
    ]);
    const due = async (until: number, limit = 9) =>
      (await store.dueTimers(NOW + until, limit)).map(({ at }) => at - NOW);
    assert.deepEqual(await due(29), [5, 10, 20]);
    assert.deepEqual(await due(99, 2), [5, 10]);
    assert.equal(await store.nextTimer(), NOW + 5);
    await store.commit([status(3, "SUSPENDED"), timer(3, 3, NOW + 1)]);
    assert.deepEqual(await due(99), [10, 20, 30]);
    assert.equal(await store.nextTimer(), NOW + 10);
    await store.commit([status(3, "IN_PROGRESS")]);
    assert.deepEqual(await due(99), [1, 5, 10, 20, 30, 40]);
    await store.commit([close(1), { kind: "removeTimer", execution: 3, seq: 1 }]);
    assert.deepEqual(await due(99), [1, 20, 40]);
    assert.deepEqual(await store.dueTimers(NOW + 20, 9), [
      { execution: 3, seq: 3, at: NOW + 1 },
      { execution: 2, seq: 1, at: NOW + 20 },
    ]);
  });

  test("removing a timer that is gone is allowed", async (t) => {
    const store = await populate(await open(t));
    await store.commit([{ kind: "removeTimer", execution: 1, seq: 1 }]);
  });

  test("inboxes keep their events in order and are pending by their oldest entry", async (t) => {
    const store = await populate(await open(t), 3);
    await store.commit([letter(2, "ja"), letter(1, "jb"), letter(2, "jc"), letter(3, "jd")]);
    assert.deepEqual(await store.pendingInboxes(9), [2, 1, 3]);
    assert.deepEqual(await store.pendingInboxes(1), [2]);
    const inbox = await store.readInbox(2);
    assert.deepEqual(
      inbox.map(({ event }) => (event.kind === "signal" ? event.payload : event.kind)),
      ["ja", "jc"],
    );
    assert.deepEqual((await store.loadExecution(2))?.inbox, inbox);
    await store.commit([status(2, "SUSPENDED"), letter(2, "je")]);
    assert.deepEqual(await store.pendingInboxes(9), [1, 3]);
    await store.commit([status(2, "IN_PROGRESS"), { kind: "removeInbox", id: inbox[0]?.id ?? 0 }]);
    assert.deepEqual(await store.pendingInboxes(9), [1, 2, 3]);
    assert.equal((await store.readInbox(2)).length, 2);
  });

  test("the id of a removed inbox entry is not used again", async (t) => {
    const store = await populate(await open(t));
    await store.commit([letter(1)]);
    const [first] = await store.readInbox(1);
    await store.commit([{ kind: "removeInbox", id: first?.id ?? 0 }, letter(1)]);
    const [second] = await store.readInbox(1);
    assert.notEqual(second?.id, first?.id);
  });
}

function tasksAndLogs(open: Open): void {
  test("open tasks come in order of scheduling, by page, with lease and attempt", async (t) => {
    const store = await populate(await open(t), 2);
    await store.commit([task(2, 1), task(1, 1, 3), task(2, 2)]);
    const all = await store.openTasks({ limit: 9 });
    assert.deepEqual(
      all.map(({ execution, seq, lease, attempt }) => [execution, seq, lease, attempt]),
      [
        [2, 1, 0, 0],
        [1, 1, 3, 1],
        [2, 2, 0, 0],
      ],
    );
    const { row, crashes = 0, ...first } = all[0] ?? assert.fail();
    assert.equal(crashes, 0);
    assert.deepEqual(first, {
      execution: 2,
      executionId: "order/2",
      workflow: "order",
      program: PROGRAM,
      seq: 1,
      task: "charge",
      input: "j1",
      onCrash: "retry",
      attempt: 0,
      lease: 0,
      scheduledTime: NOW,
      readyAt: 0,
      isWaiting: false,
    });
    assert.deepEqual(await store.openTasks({ after: row, limit: 1 }), [all[1]]);
    await store.commit([
      { kind: "leaseTask", execution: 2, seq: 1, lease: 4, attempt: 2, crashes: 1 },
      { kind: "removeTask", execution: 1, seq: 1 },
    ]);
    assert.deepEqual(
      (await store.openTasks({ limit: 9 })).map((open) => [
        ...[open.execution, open.seq, open.lease, open.attempt],
        open.crashes ?? 0,
      ]),
      [
        [2, 1, 4, 2, 1],
        [2, 2, 0, 0, 0],
      ],
    );
  });

  test("a task added after the last one was removed comes after it", async (t) => {
    const store = await populate(await open(t));
    await store.commit([task(1, 1)]);
    const [first] = await store.openTasks({ limit: 1 });
    await store.commit([{ kind: "removeTask", execution: 1, seq: 1 }, task(1, 2)]);
    assert.equal((await store.openTasks({ after: first?.row ?? 0, limit: 1 })).length, 1);
  });

  test("logs are read in order and by page", async (t) => {
    const store = await populate(await open(t), 2);
    const log = (execution: number, text: string): Write => ({
      kind: "addLog",
      execution,
      time: NOW,
      level: "warn",
      text,
    });
    await store.commit([log(1, "one"), log(2, "other"), log(1, "two"), log(1, "three")]);
    const first = await store.readLogs(1, { limit: 2 });
    assert.deepEqual(
      first.map(({ time, level, text }) => [time, level, text]),
      [
        [NOW, "warn", "one"],
        [NOW, "warn", "two"],
      ],
    );
    const rest = await store.readLogs(1, { limit: 9, after: first[1]?.id ?? 0 });
    assert.deepEqual(
      rest.map(({ text }) => text),
      ["three"],
    );
  });
}

function closing(open: Open): void {
  test("closing keeps outcome, tasks and logs, and takes checkpoint, tail, timers and inbox away", async (t) => {
    const store = await populate(await open(t), 2);
    const log: Write = { kind: "addLog", execution: 1, time: NOW, level: "info", text: "bye" };
    await store.commit([append(1, 1), checkpoint(1, 1), append(1, 2), timer(1, 1, NOW), letter(1), task(1, 2), log]);
    await store.commit([append(2, 1), timer(2, 1, NOW), letter(2)]);
    await store.commit([close(1), task(1, 3)]);
    const stored = await store.loadExecution(1);
    assert.deepEqual(stored, {
      row: { ...execution(1), status: "SUCCEEDED", outcome: { ok: true, value: "j0" }, endTime: NOW + 99 },
      checkpoint: undefined,
      tail: [],
      tailCost: 0,
      tailBytes: 0,
      inbox: [],
    });
    assert.deepEqual(
      (await store.dueTimers(NOW, 9)).map(({ execution }) => execution),
      [2],
    );
    assert.deepEqual(await store.pendingInboxes(9), [2]);
    assert.equal((await store.openTasks({ limit: 9 })).length, 2);
    assert.equal((await store.readLogs(1, { limit: 9 })).length, 1);
    assert.deepEqual(await store.sizeOf(1), { checkpoint: 0, tail: 0 });
    await store.commit([{ kind: "removeTask", execution: 1, seq: 2 }, log]);
    assert.equal((await store.loadExecution(2))?.tail.length, 1);
  });

  test("a failure is an outcome too, and a termination needs none", async (t) => {
    const store = await populate(await open(t), 2);
    const outcome = { ok: false, error: "j{}" } as const;
    await store.commit([{ kind: "setStatus", execution: 1, status: "FAILED", outcome, endTime: NOW }]);
    await store.commit([{ kind: "setStatus", execution: 2, status: "TERMINATED", endTime: NOW }]);
    assert.deepEqual((await store.findExecution("order/1"))?.outcome, outcome);
    assert.deepEqual(await store.findExecution("order/2"), { ...execution(2), status: "TERMINATED", endTime: NOW });
  });

  test("an outcome without a closed status is refused", async (t) => {
    const store = await populate(await open(t));
    const write: Write = { ...status(1, "SUSPENDED"), outcome: { ok: true, value: "j1" } } as Write;
    await assert.rejects(store.commit([write]), fault("EV6015", /only a closed execution/));
  });

  test("a closed store answers what was asked before and refuses the rest", async (t) => {
    const store = await populate(await open(t));
    const last = store.commit([append(1, 1)]);
    const closed = store.close();
    await last;
    await closed;
    await assert.rejects(store.commit([append(1, 2)]), fault("EV6013"));
    await assert.rejects(store.loadExecution(1), fault("EV6013"));
    await store.close();
  });
}

function texts(open: Open): void {
  test("texts come back as they were: empty, with every plane of Unicode, with NUL", async (t) => {
    const store = await populate(await open(t));
    const text = "\u0000 tab\t é 漢 😀 \u2028 ' \" \\ ? \u0000";
    await store.commit([create(2, { id: `order/${text}`, input: text }), append(2, 1), checkpoint(2, 1, text)]);
    await store.commit([{ kind: "addLog", execution: 2, time: 0, level: "info", text: "" }]);
    const stored = await store.loadExecution(2);
    assert.equal(stored?.row.input, text);
    assert.equal(stored?.checkpoint?.text, text);
    assert.equal((await store.findExecution(`order/${text}`))?.key, 2);
    assert.equal((await store.readLogs(2, { limit: 1 }))[0]?.text, "");
  });

  test("half a surrogate pair is refused where it would change, and replaced in a log", async (t) => {
    const store = await populate(await open(t));
    await assert.rejects(store.commit([append(1, 1), checkpoint(1, 1, "\ud800")]), fault("EV6015", /surrogate/));
    assert.deepEqual((await store.loadExecution(1))?.tail, []);
    await store.commit([{ kind: "addLog", execution: 1, time: 0, level: "info", text: "a\ud800b" }]);
    assert.equal((await store.readLogs(1, { limit: 1 }))[0]?.text, "a\ufffdb");
  });

  test("a payload of 10 MB in a commit, a checkpoint and an inbox", async (t) => {
    const store = await populate(await open(t));
    const large = `j"${"0123456789".repeat(1_000_000)}é"`;
    const event: Event = { kind: "task", seq: 1, outcome: { ok: true, value: large } };
    await store.commit([append(1, 1, [event]), letter(1, large)]);
    assert.deepEqual((await store.loadExecution(1))?.tail[0]?.events, [event]);
    assert.deepEqual((await store.readInbox(1))[0]?.event, { kind: "signal", signal: "go", payload: large });
    await store.commit([checkpoint(1, 1, large)]);
    assert.equal((await store.loadExecution(1))?.checkpoint?.text, large);
    assert.deepEqual(await store.sizeOf(1), { checkpoint: large.length + 1, tail: 0 });
  });

  test("times and costs beyond 32 bits are kept to the millisecond", async (t) => {
    const store = await populate(await open(t));
    const at = Number.MAX_SAFE_INTEGER;
    await store.commit([timer(1, 2 ** 33, at)]);
    assert.deepEqual(await store.dueTimers(at, 1), [{ execution: 1, seq: 2 ** 33, at }]);
    await assert.rejects(store.commit([timer(1, 1, 0.5)]), fault("EV6015", /0.5/));
  });
}
