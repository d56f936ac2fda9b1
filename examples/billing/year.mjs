/** A year of one customer, from the middle of January 2027, in virtual time. */
import { rmSync } from "node:fs";
import { TestEnvironment } from "eventual/testing";

rmSync("ledger.jsonl", { force: true });
const env = await TestEnvironment.create({
  entry: new URL("./billing.ts", import.meta.url),
  start: new Date("2027-01-21T09:00:00Z"),
});
const ada = await env.start("subscription", { customer: "ada", plan: "basic" }, { name: "ada" });

await env.tickUntil("2027-02-15T12:00:00Z");
console.log(`a better plan, please: ${await ada.request("changePlan", "team")} cents more`);

await env.tickUntil("2027-06-30T23:00:00Z");
await env.restart(); // The process ends; the execution does not.
console.log(`a smaller plan: ${await ada.request("changePlan", "basic")} cents`);

await env.tickUntil("2027-12-11T00:00:00Z");
await ada.signal("end");
console.log(await ada.result());
await env.close();
