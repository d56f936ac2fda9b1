/** Goal: an event that is handled while the store is being asked what is due is not handled again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Deliveries, type DeliveryParts } from "#runtime/engine/deliveries.js";
import { DEFAULT_LIMITS } from "#runtime/engine/limits.js";
import type { DeliveryRow } from "#runtime/store/store.js";
import { ok, until } from "./fakes.js";

test("an event that was recorded after the store was asked is not handed out again", async () => {
  const row = { id: 1, subscription: "books", event: "sold", payload: "j1", time: 0, attempt: 0, readyAt: 0 };
  const answers: ((rows: readonly DeliveryRow[]) => void)[] = [];
  const submitted: string[] = [];
  const committed: string[] = [];
  const parts = {
    store: {
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
