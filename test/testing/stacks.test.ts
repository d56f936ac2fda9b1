/**
 * Goal: an error's stack leads from where it was thrown, in a task or in another execution, through all that awaited it,
 * and is the same text whatever lay between. Method: each way by which an error reaches a workflow, under restores,
 * replays and deaths of the engine.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TestEnvironment, type TestEnvironmentOptions } from "#runtime/testing/index.js";
import { fixturePath } from "../support/programs.js";

const SETTINGS: Record<string, Partial<TestEnvironmentOptions>> = {
  straight: {},
  restored: { restore: "everywhere" },
  replayed: { restore: "replay" },
  "killed before every commit": { crash: { every: "before" } },
  "killed after every commit": { crash: { every: "after" } },
};

/** By workflow of main.ts. */
const WORKFLOWS: Record<string, readonly string[]> = {
  order: ["at load (main.ts:6:15)", "at async check (main.ts:11:17)", "at async <anonymous> (main.ts:17:10)"],
  // Who called is there already, so that no line is added. (A function that waits has two: its code, and what starts it.)
  refused: [
    "at refuse (main.ts:21:13)",
    "at ask (main.ts:25:19)",
    "at ask (main.ts:24:30)",
    "at <anonymous> (main.ts:28:60)",
  ],
  refusedLate: ["at refuse (main.ts:21:13)", "at <anonymous> (main.ts:31:19)", "at <anonymous> (main.ts:30:69)"],
};

const TASK = ["at bank (tasks.ts:21:11)", "at async <anonymous> (tasks.ts:26:10)"];
const CAUSE = [
  "RangeError: no such card 17",
  "at ask (tasks.ts:13:9)",
  "at bank (tasks.ts:19:12)",
  "at async <anonymous> (tasks.ts:26:10)",
];
const PAY = "at async pay (borders.ts:5:19)";
const PAYMENT = "at async <anonymous> (borders.ts:10:10)";
const WAY = "at async <anonymous> (borders.ts:58:3)";
const DECLINED = "Declined: card 17 was declined";

/** By way: the stack of what the workflow failed with. */
const STACKS: Record<string, readonly string[]> = {
  task: [DECLINED, ...TASK, PAY, "at async task (borders.ts:21:5)", WAY],
  retried: [
    DECLINED,
    "at bank (tasks.ts:21:11)",
    "at async <anonymous> (tasks.ts:30:10)",
    "at async retried (borders.ts:24:5)",
    WAY,
  ],
  child: [DECLINED, ...TASK, PAY, PAYMENT, "at async child (borders.ts:27:5)", WAY],
  attempts: [
    "Declined: card 19 was declined",
    ...TASK,
    PAY,
    "at async <anonymous> (borders.ts:13:10)",
    "at async attempts (borders.ts:30:5)",
    WAY,
  ],
  timeout: ['Timeout: task "slow" did not end in time', "at async timeout (borders.ts:33:5)", WAY],
  heartbeat: [
    'HeartbeatTimeout: task "silent" gave no heartbeat within its heartbeatTimeout',
    "at async heartbeat (borders.ts:36:5)",
    WAY,
  ],
  all: [DECLINED, ...TASK, "at async all (borders.ts:42:5)", WAY],
  handle: [DECLINED, ...TASK, PAY, PAYMENT, "at async handle (borders.ts:46:5)", WAY],
};

async function open(t: TestContext, entry: string, options: Partial<TestEnvironmentOptions>): Promise<TestEnvironment> {
  const env = await TestEnvironment.create({ entry: fixturePath("stacks", entry), ...options });
  t.after(() => env.close());
  return env;
}

function lines(error: unknown): string[] {
  const { stack = "" } = error as Error;
  return stack.split("\n").flatMap((line) => (line === "" ? [] : [line.trim()]));
}

async function failure(env: TestEnvironment, id: string): Promise<Error> {
  const outcome = await env.execution(id).outcome();
  assert.ok("error" in outcome, outcome.status);
  return outcome.error as Error;
}

for (const [setting, options] of Object.entries(SETTINGS)) {
  test(`a stack leads from where an error was thrown through those who wait for it (${setting})`, async (t) => {
    const env = await open(t, "main.ts", options);
    for (const [workflow, expected] of Object.entries(WORKFLOWS)) {
      const { id } = await env.start(workflow, "17");
      assert.deepEqual(lines(await failure(env, id)), ["RangeError: no order 17", ...expected], workflow);
    }
  });

  test(`a stack has the task's lines, the child's and those that awaited, in that order (${setting})`, async (t) => {
    const env = await open(t, "borders.ts", options);
    for (const [way, expected] of Object.entries(STACKS)) {
      const { id } = await env.start("ways", way, { name: way });
      const error = await failure(env, id);
      assert.deepEqual(lines(error), expected, way);
      if (way === "task") assert.deepEqual(lines(error.cause), CAUSE);
    }
  });

  test(`what is cancelled says where it was awaited, in every execution that it went through (${setting})`, async (t) => {
    const env = await open(t, "borders.ts", options);
    const cut = await env.start("ways", "cut");
    await cut.cancel("enough");
    assert.deepEqual(lines(await failure(env, cut.id)), [
      "CancelledError: enough",
      "at async cut (borders.ts:52:5)",
      WAY,
    ]);
    const parent = await env.start("ways", "cancelled");
    await parent.cancel("enough");
    assert.deepEqual(lines(await failure(env, parent.id)), [
      "CancelledError: enough",
      "at async <anonymous> (borders.ts:16:3)",
      "at async cancelled (borders.ts:49:5)",
      WAY,
    ]);
  });
}

test("an attempt that a death cut off says where it was awaited", async (t) => {
  const env = await open(t, "borders.ts", {});
  const { id } = await env.start("ways", "crash");
  const [heading, ...places] = lines(await failure(env, id));
  assert.match(heading ?? "", /^TaskInterrupted: /);
  assert.deepEqual(places, ["at async crash (borders.ts:39:5)", WAY]);
});

test("an error that is caught has its class, fields and cause; in a result it has its stack too", async (t) => {
  const env = await open(t, "borders.ts", { restore: "everywhere" });
  const execution = await env.start("caught");
  const told = (await execution.result()) as { card: string; cause: string; again: Error };
  assert.deepEqual([told.card, told.cause], ["18", "no such card 18"]);
  assert.deepEqual(lines(told.again), [
    "Declined: card 18 was declined",
    ...TASK,
    PAY,
    PAYMENT,
    "at async <anonymous> (borders.ts:64:5)",
  ]);
});
