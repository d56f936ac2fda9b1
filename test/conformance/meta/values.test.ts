/** Kinds of live values: what no checkpoint can hold would be named in the log. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { TestEnvironment } from "#runtime/testing/environment.js";
import { TESTS } from "../case.js";

test("values of odd kinds are stored: the log names none that could not be", async (t) => {
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
