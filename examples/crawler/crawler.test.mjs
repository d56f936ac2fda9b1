import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment } from "eventual/testing";

const entry = new URL("./crawler.ts", import.meta.url);

async function open(t, options) {
  const env = await TestEnvironment.create({ entry, ...options });
  t.after(() => env.close());
  return env;
}

test("ninety pages need three minutes, and a busy server some more attempts", async (t) => {
  const env = await open(t);
  const fetched = env.mockTask("fetchLinks");
  fetched.once.fail(new Error("503"));
  fetched.call((path) => (path === "/" ? Array.from({ length: 89 }, (_, n) => `/${n}`) : []));
  const crawl = await env.start("crawl", "/");
  const { pages, minutes } = await crawl.result();
  assert.equal(pages, 90);
  assert.equal(minutes, 3);
  assert.equal(fetched.calls.length, 91);
});
