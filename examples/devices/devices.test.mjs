import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment } from "eventual/testing";

const entry = new URL("./devices.ts", import.meta.url);

async function open(t, options) {
  const env = await TestEnvironment.create({ entry, ...options });
  t.after(() => env.close());
  return env;
}

test("a device that sleeps for a day is waited for; one that never answers is given up after two", async (t) => {
  const env = await open(t);
  const begun = env.now.getTime();
  env.mockTask("identify").call((device) => {
    const hours = (env.now.getTime() - begun) / 3_600_000;
    if (device === "dead" || hours < 24) throw new Error("no answer");
    return "meter";
  });
  env.mockTask("report").succeed(undefined);
  const rollout = await env.start("rollout", { firmware: "meter-2", devices: ["attic", "dead"] }, { name: "may" });
  await env.tick(30, "hours");
  assert.equal((await rollout.query("progress")).attic, "runs meter-2");
  assert.match((await rollout.result()).dead, /^WorkflowTimeout/);
});

test("a cancelled rollout brings devices back to their old firmware", async (t) => {
  const env = await open(t);
  env.mockTask("flash").hang();
  const back = env.mockTask("rollBack");
  back.succeed(undefined);
  const rollout = await env.start("rollout", { firmware: "meter-2", devices: ["shed"] });
  await env.tick(1, "minute");
  await rollout.cancel("wrong firmware");
  await env.tick(1, "minute");
  assert.equal(await rollout.status(), "CANCELLED");
  assert.deepEqual(
    back.calls.map(({ input }) => input),
    ["shed"],
  );
});
