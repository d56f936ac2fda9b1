/** Under vitest definitions are imported, so inputs and results have their types. */
import { duration } from "eventual";
import { runTask, TestEnvironment } from "eventual/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parcel, permission, quote, reminder, upload } from "./parcel.js";

const entry = new URL("./parcel.ts", import.meta.url);

describe.each([{}, { restore: "everywhere" }, { crash: "any seed" }] as const)("with %j", (options) => {
  let env: TestEnvironment;

  beforeEach(async () => {
    env = await TestEnvironment.create({ entry, ...options });
  });
  afterEach(() => env.close());

  test("a parcel that nobody takes is reminded of", async () => {
    env.mockTask(quote).succeed(700, { after: duration(5, "minutes") });
    const flow = await env.start(parcel, "Main Street 1");
    const text: string = await flow.result();
    expect(text).toBe("reminded Main Street 1");
    expect(env.now).toEqual(new Date("2030-01-05T00:05:00Z"));
  });

  test("somebody has to allow what is dear", async () => {
    env.mockTask(quote).succeed(5000);
    const asked = env.mockTask(permission);
    env.mockWorkflow(reminder).fail(new RangeError("nobody is reminded"));
    const flow = await env.start(parcel, "C");
    const cents: number | undefined = asked.calls[0]?.input;
    expect(cents).toBe(5000);
    await env.completeTask(asked.calls.at(-1)?.token ?? "", true);
    await expect(flow.result()).rejects.toThrow(new RangeError("nobody is reminded"));
  });
});

test("an upload goes on where it was", async () => {
  const { heartbeats } = await runTask(upload, 5, { lastHeartbeat: 3 });
  expect(heartbeats).toEqual([4, 5]);
});
