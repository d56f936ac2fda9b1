/** Argument: connection string of the database. */
import { DBOS } from "@dbos-inc/dbos-sdk";
import pg from "pg";
import { step as body, inFlight, mark, now, serve, until } from "./wire.js";

const systemDatabaseUrl = process.argv[2];
const RESUMED = "resumed";
const SECONDS_PER_DAY = 86_400;

const steps = DBOS.registerWorkflow(
  async (count) => {
    for (let n = 0; n < count; n++) await DBOS.runStep(async () => body(n, count), { name: "step" });
  },
  { name: "steps" },
);
const one = DBOS.registerWorkflow(async () => await DBOS.runStep(async () => body(1, -1), { name: "step" }), {
  name: "one",
});
const resumed = DBOS.registerWorkflow(
  async (count) => {
    for (let n = 0; n < count; n++) await DBOS.runStep(async () => body(n, count), { name: "step" });
    for (;;) {
      if ((await DBOS.recv("proceed", SECONDS_PER_DAY)) === null) continue;
      await DBOS.runStep(async () => mark("next"), { name: "next" });
    }
  },
  { name: "resumed" },
);
const sleeper = DBOS.registerWorkflow(async () => await DBOS.sleepSeconds(SECONDS_PER_DAY), { name: "sleeper" });

DBOS.setConfig({ name: "bench", systemDatabaseUrl, logLevel: "error", runAdminServer: false, applicationVersion: "1" });
await DBOS.launch();
const watch = new pg.Client(systemDatabaseUrl);
await watch.connect();
const count = async (sql) => Number((await watch.query(sql)).rows[0].n);

await serve({
  sequential: async (n) => await (await DBOS.startWorkflow(steps)(n)).getResult(),
  oneStep: (n) => inFlight(n, async () => await (await DBOS.startWorkflow(one)()).getResult()),
  async prepare(n) {
    await DBOS.startWorkflow(resumed, { workflowID: RESUMED })(n);
    await until(0, async () => (await count("SELECT count(*) AS n FROM dbos.operation_outputs")) >= n);
  },
  async emit(n) {
    const at = now();
    await DBOS.send(RESUMED, n, "proceed");
    return at;
  },
  async park(n) {
    const start = performance.now();
    await inFlight(n, () => DBOS.startWorkflow(sleeper)());
    return await until(start, async () => (await count("SELECT count(*) AS n FROM dbos.operation_outputs")) >= n);
  },
  // Its shutdown waits for the sleepers.
  close: () => watch.end(),
});
