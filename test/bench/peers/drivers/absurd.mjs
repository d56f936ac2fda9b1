/** Argument: connection string of the database. */
import { Absurd } from "absurd-sdk";
import pg from "pg";
import { step as body, IN_FLIGHT, inFlight, mark, now, serve, until } from "./wire.js";

const QUEUE = "bench";
const SECONDS_PER_DAY = 86_400;
/** Its default is 250 ms; a shorter one favours it where one waits for its next look. */
const POLL_SECONDS = 0.02;

const pool = new pg.Pool({ connectionString: process.argv[2], max: 50 });
const app = new Absurd({ db: pool, queueName: QUEUE });
if (!(await app.listQueues()).includes(QUEUE)) await app.createQueue(QUEUE);

// A result is asked for by polling: what waits for it here is told by the end of the workflow instead.
const ended = new Map();
const end = (key) => ended.get(key)?.();
const run = (task, params) =>
  new Promise((resolve, reject) => {
    ended.set(params.key, resolve);
    app.spawn(task, params).catch(reject);
  });

app.registerTask({ name: "steps" }, async ({ key, count }, ctx) => {
  for (let n = 0; n < count; n++) await ctx.step(`step-${n}`, async () => body(n, count));
  end(key);
});
app.registerTask({ name: "one" }, async ({ key }, ctx) => {
  await ctx.step("step", async () => body(1, -1));
  end(key);
});
app.registerTask({ name: "resumed" }, async ({ key, count }, ctx) => {
  for (let n = 0; n < count; n++) await ctx.step(`step-${n}`, async () => body(n, count));
  end(key);
  for (let n = 0; ; n++) {
    await ctx.awaitEvent(`proceed-${n}`, { stepName: `wait-${n}` });
    await ctx.step(`next-${n}`, async () => mark("next") ?? null);
  }
});
app.registerTask({ name: "sleeper" }, async (_, ctx) => {
  await ctx.sleepFor("night", SECONDS_PER_DAY);
});

const worker = await app.startWorker({ concurrency: IN_FLIGHT, pollInterval: POLL_SECONDS });
let keys = 0;
const sleeping = `SELECT count(*) AS n FROM absurd.t_${QUEUE} WHERE state = 'sleeping'`;

await serve({
  sequential: (count) => run("steps", { key: `steps-${keys++}`, count }),
  oneStep: (count) => inFlight(count, () => run("one", { key: `one-${keys++}` })),
  prepare: (count) => run("resumed", { key: "resumed", count }),
  async emit(n) {
    const at = now();
    await app.emitEvent(`proceed-${n}`, {});
    return at;
  },
  async park(count) {
    const start = performance.now();
    await inFlight(count, () => app.spawn("sleeper", {}));
    return await until(start, async () => Number((await pool.query(sleeping)).rows[0].n) >= count);
  },
  async close() {
    await worker.close();
    await pool.end();
  },
});
