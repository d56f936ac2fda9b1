import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment } from "eventual/testing";

const entry = new URL("./order.ts", import.meta.url);

async function open(t, options) {
  const env = await TestEnvironment.create({ entry, ...options });
  t.after(() => env.close());
  return env;
}

test("when the courier never comes, money and goods go back, the last step first", async (t) => {
  const env = await open(t);
  env.mockTask("callCourier").fail(new Error("no courier today"));
  const undone = [];
  for (const task of ["refund", "release"]) {
    env.mockTask(task).call(() => {
      undone.push(task);
    });
  }
  const order = await env.start("order", { item: "lamp", cents: 4900, kilograms: 2 });
  await assert.rejects(order.result(), /no courier today/);
  assert.deepEqual(undone, ["refund", "release"]);
});

test("a refund that fails is tried until it succeeds, wherever the engine is killed", async (t) => {
  const env = await open(t, { crash: "any seed" });
  env.mockTask("callCourier").fail(new Error("no courier today"));
  const refund = env.mockTask("refund");
  refund.once.fail(new Error("the bank is closed"));
  refund.succeed(undefined);
  const release = env.mockTask("release");
  release.succeed(undefined);
  const order = await env.start("order", { item: "lamp", cents: 4900, kilograms: 2 });
  await assert.rejects(order.result(), /no courier today/);
  assert.ok(refund.calls.length >= 2);
  assert.ok(release.calls.length >= 1);
});
