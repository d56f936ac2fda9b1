import assert from "node:assert/strict";
import { test } from "node:test";
import { duration } from "eventual";
import { TestEnvironment } from "eventual/testing";

const entry = new URL("./thumbnails.ts", import.meta.url);

async function open(t, options) {
  const env = await TestEnvironment.create({ entry, ...options });
  t.after(() => env.close());
  return env;
}

test("a hundred images of a minute each, twenty at a time: five minutes", async (t) => {
  const env = await open(t);
  env.mockTask("makeThumbnail").succeed({ begin: 0, end: 1 }, { after: duration(1, "minute") });
  const begun = env.now.getTime();
  const album = await env.start("thumbnails", { images: 100 });
  await env.tick(2, "minutes");
  assert.equal(await album.query("progress"), 40);
  assert.equal((await album.result()).made, 100);
  assert.equal(env.now.getTime() - begun, 5 * 60_000);
});
