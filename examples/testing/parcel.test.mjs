/** Under node:test, which imports no TypeScript on Node 20, definitions go by their names. */
import assert from "node:assert/strict";
import test from "node:test";
import { duration } from "eventual";
import { TestEnvironment } from "eventual/testing";

for (const options of [{}, { restore: "everywhere" }, { crash: "any seed" }]) {
  test(`a parcel that nobody takes is reminded of (${JSON.stringify(options)})`, async (t) => {
    const env = await TestEnvironment.create({ entry: new URL("./parcel.ts", import.meta.url), ...options });
    t.after(() => env.close());
    env.mockTask("quote").succeed(700, { after: duration(5, "minutes") });
    const flow = await env.start("parcel", "Main Street 1");
    assert.equal(await flow.result(), "reminded Main Street 1");
    assert.equal(env.now.toISOString(), "2030-01-05T00:05:00.000Z");
  });
}
