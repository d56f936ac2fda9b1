import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment } from "eventual/testing";

const entry = new URL("./reminder.ts", import.meta.url);

async function open(t, options) {
  const env = await TestEnvironment.create({ entry, ...options });
  t.after(() => env.close());
  return env;
}

test("a mail a day, for a hundred days", async (t) => {
  const env = await open(t);
  const mails = env.mockTask("sendReminder");
  mails.succeed(undefined);
  await env.start("reminder", "ada@example.org");
  await env.tick(100, "days");
  assert.equal(mails.calls.length, 100);
});

test("no day is left out, wherever the engine is killed", async (t) => {
  const env = await open(t, { crash: "any seed" });
  const days = new Set();
  env.mockTask("sendReminder").call(() => {
    days.add(env.now.toISOString().slice(0, 10));
  });
  await env.start("reminder", "ada@example.org");
  await env.tick(30, "days");
  assert.equal(days.size, 30);
});
