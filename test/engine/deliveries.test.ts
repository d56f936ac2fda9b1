/** Goal: an event that is handled while the store is being asked what is due is not handled again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Deliveries, type DeliveryParts } from "#runtime/engine/deliveries.js";
import { DEFAULT_LIMITS } from "#runtime/engine/limits.js";
import { decode } from "#runtime/protocol/value.js";
import type { DeliveryRow } from "#runtime/store/store.js";
import { ok, until } from "./fakes.js";
import { Database } from "./memory-store.js";

test("an event that was recorded after the store was asked is not handed out again", async () => {
  const row = { id: 1, subscription: "books", event: "sold", payload: "j1", time: 0, attempt: 0, readyAt: 0 };
  const answers: ((rows: readonly DeliveryRow[]) => void)[] = [];
  const submitted: string[] = [];
  const committed: string[] = [];
  const parts = {
    store: {
      opened: { incarnation: 1 },
      dueDeliveries: () => new Promise((resolve) => answers.push(resolve)),
      nextDelivery: async () => undefined,
      commit: async (writes: readonly { kind: string }[]) => void committed.push(...writes.map(({ kind }) => kind)),
    },
    programs: { host: async () => undefined },
    declarations: { subscription: () => ({ name: "books", program: "p", events: ["sold"] }) },
    time: { now: () => 0 },
    limits: DEFAULT_LIMITS,
    activity: { begin() {}, end() {}, during: (work: Promise<unknown>) => work },
    wakeups: { set() {} },
    report: assert.fail,
    pool: { submit: (calls: readonly { ref: string }[]) => submitted.push(...calls.map(({ ref }) => ref)) },
  } as unknown as DeliveryParts;
  const deliveries = new Deliveries(parts);
  deliveries.look();
  answers.shift()?.([row as DeliveryRow]);
  await until(() => submitted.length === 1);
  await new Promise((resolve) => setImmediate(resolve));
  deliveries.look();
  deliveries.settled({ ref: submitted[0] as string, outcome: ok() });
  await until(() => committed.length === 1);
  answers.shift()?.([row as DeliveryRow]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(submitted, ["delivery#1"]);
});

test("a handler that kills the process each time is called less and less often, and its event is a dead letter in the end", async () => {
  const database = new Database();
  const limits = { ...DEFAULT_LIMITS, crashes: 5 };
  let now = 1000;
  const calls: number[] = [];
  await database.open().commit([{ kind: "addDelivery", subscription: "books", event: "sold", payload: "j1", time: 0 }]);
  /** One life of the process, which ends while the handler runs. */
  const live = async (): Promise<void> => {
    const wakeups: { at: number | undefined } = { at: undefined };
    const deliveries = new Deliveries({
      store: database.open(),
      programs: { host: async () => undefined },
      declarations: { subscription: () => ({ name: "books", program: "p", events: ["sold"] }) },
      time: { now: () => now },
      limits,
      activity: { begin() {}, end() {}, during: (work: Promise<unknown>) => work },
      wakeups: {
        set: (_: string, at: number | undefined) => {
          wakeups.at = at;
        },
      },
      report: assert.fail,
      pool: { submit: () => calls.push(now) },
    } as unknown as DeliveryParts);
    const before = calls.length;
    deliveries.look();
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (calls.length === before && wakeups.at !== undefined) {
      now = wakeups.at;
      deliveries.look();
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    database.crash();
  };
  for (let life = 0; life < 12; life++) await live();
  assert.equal(calls.length, 5, "five attempts died");
  assert.deepEqual(
    calls.map((at) => at - 1000),
    [0, 0, 0, 1000, 3000],
  );
  const [dead] = database.data.outside.deadLetters();
  assert.match(String(decode(dead?.error ?? "")), /the subscription "books" was given up: the process died 5 times/);
});
