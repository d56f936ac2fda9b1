import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment } from "eventual/testing";

const entry = new URL("./pipeline.ts", import.meta.url);

async function open(t, options) {
  const env = await TestEnvironment.create({ entry, ...options });
  t.after(() => env.close());
  return env;
}

test("a document waits for its scan, for a day at most", async (t) => {
  const env = await open(t);
  env.mockSubscription("scan").succeed();
  env.mockSubscription("index").succeed();
  const silent = await env.start("upload", "Dear Ada", { name: "letter" });
  const scanned = await env.start("upload", "Dear Bob", { name: "second" });
  await env.tick(23, "hours");
  await scanned.signal("scanned", { clean: true });
  assert.equal(await scanned.result(), "https://docs.example.org/second");
  await assert.rejects(silent.result(), { name: "Timeout" });
});

test("an index that fails holds up nobody", async (t) => {
  const env = await open(t);
  const index = env.mockSubscription("index");
  index.fail(new Error("the index is full"));
  const upload = await env.start("upload", "Dear Ada", { name: "letter" });
  assert.equal(await upload.result(), "https://docs.example.org/letter");
  await env.tick(1, "hour");
  assert.equal(index.deliveries.length, 3);
});
