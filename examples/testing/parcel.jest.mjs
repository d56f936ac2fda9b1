/** Under jest (with --experimental-vm-modules) workflows and tasks go by their names. */
import { TestEnvironment } from "eventual/testing";

let env;

beforeEach(async () => {
  env = await TestEnvironment.create({ entry: new URL("./parcel.ts", import.meta.url), crash: "a seed" });
});
afterEach(() => env.close());

test("a parcel that nobody takes is reminded of", async () => {
  env.mockTask("quote").succeed(700);
  const flow = await env.start("parcel", "Main Street 1");
  expect(await flow.result()).toBe("reminded Main Street 1");
});
