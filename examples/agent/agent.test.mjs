import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment } from "eventual/testing";

const entry = new URL("./agent.ts", import.meta.url);

async function open(t, options) {
  const env = await TestEnvironment.create({ entry, ...options });
  t.after(() => env.close());
  return env;
}

test("without an answer in three days nothing is paid", async (t) => {
  const env = await open(t);
  const refund = env.mockTask("refund");
  const think = env.mockTask("think");
  think.once.succeed({ text: "I pay it back.", calls: [{ tool: "refund", input: "17" }] });
  think.once.succeed({ text: "It was not permitted.", calls: [] });
  const begun = env.now.getTime();
  const agent = await env.start("agent", "My lamp arrived broken.");
  assert.equal(await agent.result(), "It was not permitted.");
  assert.equal(env.now.getTime() - begun, 3 * 86_400_000);
  assert.equal(refund.calls.length, 0);
  assert.equal((await agent.query("transcript")).at(-2).text, "That was not permitted.");
});

test("a model that is overloaded is asked again; the conversation survives crashes", async (t) => {
  const env = await open(t, { crash: "any seed", restore: "everywhere" });
  env.mockTask("think").once.fail(new Error("overloaded"));
  const agent = await env.start("agent", "My lamp arrived broken.");
  await env.tick(1, "hour");
  await agent.signal("decision", { what: "refund order 17", approved: true, by: "Ada" });
  assert.match(await agent.result(), /49 euros/);
});
