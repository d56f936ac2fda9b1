import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment } from "eventual/testing";

async function open(t) {
  const env = await TestEnvironment.create({ entry: new URL("./approval.ts", import.meta.url) });
  t.after(() => env.close());
  const asked = env.mockTask("askManager");
  const expense = await env.start("expense", { what: "a chair", cents: 24900 });
  return { env, expense, asked };
}

test("whoever has the token decides, also after a restart", async (t) => {
  const { env, expense, asked } = await open(t);
  await env.tick(1, "day");
  await env.restart();
  await env.completeTask(asked.calls[0].token, { approved: true, by: "the manager" });
  assert.equal(await expense.result(), "approved by the manager");
});

test("a signal decides", async (t) => {
  const { env, expense } = await open(t);
  await env.tick(3, "days");
  await expense.signal("decision", { approved: false, by: "the director" });
  assert.equal(await expense.result(), "refused by the director");
});

test("six days of silence are no approval", async (t) => {
  const { env, expense } = await open(t);
  const begun = env.now.getTime();
  assert.equal(await expense.result(), "expired");
  assert.equal(env.now.getTime() - begun, 6 * 86_400_000);
});
