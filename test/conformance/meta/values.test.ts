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

const HELD = {
  "at the wait": /^EV8013: no checkpoint: <anonymous> \(unstorable\.ts:60:5\) → held → (.+) is a detached ArrayBuffer,/,
  "at the signal":
    /^EV8013: no checkpoint: <anonymous> \(unstorable\.ts:61:18\) → held → (.+) is a detached ArrayBuffer,/,
};

test("what no checkpoint can hold is named once, with the place, the variable and the way to it", async (t) => {
  const entry = join(TESTS, "conformance/programs/unstorable.ts");
  const env = await TestEnvironment.create({ entry, restore: "everywhere" });
  t.after(() => env.close());
  const flow = await env.start("main");
  for (let n = 0; n < 6; n++) await flow.signal("more", 10);
  await flow.result();
  const logs = await flow.logs();
  for (const [where, pattern] of Object.entries(HELD)) {
    assert.deepEqual(
      logs.flatMap(({ text }) => pattern.exec(text)?.[1] ?? []),
      [
        "capture 0",
        "capture 0 → .buffer",
        'capture 0 → .get("key") → .list → [0]',
        "capture 0 → private field",
        "capture 0 → bound this",
        "capture 0 → proxy target → .inner",
      ],
      where,
    );
  }
  assert.equal(logs.length, 12);
});

test("what a module holds is named, in every execution of the program", async (t) => {
  const entry = join(TESTS, "conformance/programs/unstorable-module.ts");
  const env = await TestEnvironment.create({ entry, restore: "everywhere" });
  t.after(() => env.close());
  for (const name of ["one", "two", "three", "four"]) {
    const flow = await env.start("main", undefined, { name });
    assert.deepEqual(await flow.result(), [8, 0, 0], name);
    assert.match(
      (await flow.logs()).map(({ text }) => text).join("\n"),
      /^EV8013: no checkpoint: unstorable-module\.ts#page is a detached ArrayBuffer,.*$/,
    );
  }
});

test("what is refused by the compiler is refused with its place", async () => {
  const entry = join(TESTS, "fixtures/testing/broken.ts");
  await assert.rejects(TestEnvironment.create({ entry }), { code: "EV8601", message: /broken\.ts:4:24.*EV2001/ });
});
