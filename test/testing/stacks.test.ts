/** What an error's stack says that came through calls which awaited each other for a day. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestEnvironment, type TestEnvironmentOptions } from "#runtime/testing/index.js";
import { fixturePath } from "../support/programs.js";

const ENTRY = fixturePath("stacks", "main.ts");
const SETTINGS: Record<string, Partial<TestEnvironmentOptions>> = { straight: {}, restored: { restore: "everywhere" } };

/** By workflow. */
const STACKS: Record<string, readonly string[]> = {
  order: ["at load (main.ts:6:15)", "at async check (main.ts:11:17)", "at async <anonymous> (main.ts:17:10)"],
  // Who called is there already, so that no line is added. (A function that waits has two: its code, and what starts it.)
  refused: [
    "at refuse (main.ts:21:13)",
    "at ask (main.ts:25:19)",
    "at ask (main.ts:24:30)",
    "at <anonymous> (main.ts:28:60)",
    "at apply (native)",
  ],
  refusedLate: [
    "at refuse (main.ts:21:13)",
    "at <anonymous> (main.ts:31:19)",
    "at <anonymous> (main.ts:30:69)",
    "at apply (native)",
  ],
};

for (const [setting, options] of Object.entries(SETTINGS)) {
  for (const [workflow, expected] of Object.entries(STACKS)) {
    test(`a stack leads from where an error was thrown through those who wait for it (${workflow}, ${setting})`, async (t) => {
      const env = await TestEnvironment.create({ entry: ENTRY, ...options });
      t.after(() => env.close());
      const execution = await env.start(workflow, "17");
      await env.advanceUntilIdle();
      const outcome = await execution.outcome();
      assert.equal(outcome.status, "FAILED");
      const { stack } = ("error" in outcome ? outcome.error : undefined) as Error;
      const lines = stack?.split("\n").map((line) => line.trim().replace(/\(\S*main\.ts/, "(main.ts"));
      assert.deepEqual(
        lines?.filter((line) => line !== ""),
        ["RangeError: no order 17", ...expected],
      );
    });
  }
}
