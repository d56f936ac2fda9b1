/** A live value that cannot be stored: the execution lives by its tail, and the log names the value. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { TestEnvironment } from "#runtime/testing/environment.js";
import { TESTS } from "../case.js";

test("values that no checkpoint can hold are named, once each, and nothing else is", async (t) => {
  const entry = join(TESTS, "conformance/programs/kinds.ts");
  const env = await TestEnvironment.create({ entry, restore: "everywhere" });
  t.after(() => env.close());
  const flow = await env.start("main");
  await flow.result();
  const named = (await flow.logs()).filter(({ level }) => level === "warn").map(({ text }) => text);
  assert.deepEqual(named, []);
});

test("what is refused by the compiler is refused with its place", async () => {
  const entry = join(TESTS, "fixtures/testing/broken.ts");
  await assert.rejects(TestEnvironment.create({ entry }), { code: "EV8601", message: /broken\.ts:4:24.*EV2001/ });
});
