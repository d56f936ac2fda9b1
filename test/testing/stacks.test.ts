/** What an error's stack says that came through calls which awaited each other for a day. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment, type TestEnvironmentOptions } from "#runtime/testing/index.js";
import { fixturePath } from "../support/programs.js";

const ENTRY = fixturePath("stacks", "main.ts");
const SETTINGS: Record<string, Partial<TestEnvironmentOptions>> = { straight: {}, restored: { restore: "everywhere" } };

for (const [setting, options] of Object.entries(SETTINGS)) {
  test(`a stack leads from where an error was thrown through the calls that awaited it (${setting})`, async (t) => {
    const env = await TestEnvironment.create({ entry: ENTRY, ...options });
    t.after(() => env.close());
    const execution = await env.start("order", "17");
    await env.advanceUntilIdle();
    const outcome = await execution.outcome();
    assert.equal(outcome.status, "FAILED");
    const { stack } = ("error" in outcome ? outcome.error : undefined) as Error;
    const lines = stack?.split("\n").map((line) => line.trim().replace(/\(\S*main\.ts/, "(main.ts"));
    assert.deepEqual(
      lines?.filter((line) => line !== ""),
      [
        "RangeError: no order 17",
        "at <anonymous> (main.ts:6:15)",
        "at async check (main.ts:11:17)",
        "at async <anonymous> (main.ts:17:10)",
      ],
    );
  });
}
