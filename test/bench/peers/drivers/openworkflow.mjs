/** Argument: path of the database. */
import { DatabaseSync } from "node:sqlite";
import { OpenWorkflow } from "openworkflow";
import { BackendSqlite } from "openworkflow/sqlite";
import { step as body, IN_FLIGHT, inFlight, mark, now, serve, until } from "./wire.js";

const file = process.argv[2];
const backend = BackendSqlite.connect(file);
const ow = new OpenWorkflow({ backend });

// A run's result is asked for once a second by the client: what waits for it here is told by the workflow's end instead.
const ended = new Map();
const end = (key) => ended.get(key)?.();
const run = (workflow, input) =>
  new Promise((resolve, reject) => {
    ended.set(input.key, resolve);
    workflow.run(input).catch(reject);
  });

const steps = ow.defineWorkflow({ name: "steps" }, async ({ input, step }) => {
  for (let n = 0; n < input.count; n++) await step.run({ name: `step-${n}` }, async () => body(n, input.count));
  end(input.key);
});
const one = ow.defineWorkflow({ name: "one" }, async ({ input, step }) => {
  await step.run({ name: "step" }, async () => body(1, -1));
  end(input.key);
});
const resumed = ow.defineWorkflow({ name: "resumed" }, async ({ input, step }) => {
  for (let n = 0; n < input.count; n++) await step.run({ name: `step-${n}` }, async () => body(n, input.count));
  end("resumed");
  for (let n = 0; ; n++) {
    await step.waitForSignal({ signal: `proceed-${n}`, name: `wait-${n}`, timeout: "1d" });
    await step.run({ name: `next-${n}` }, async () => mark("next"));
  }
});
const sleeper = ow.defineWorkflow({ name: "sleeper" }, async ({ step }) => {
  await step.sleep("night", "1d");
});

const worker = ow.newWorker({ concurrency: IN_FLIGHT });
await worker.start();
const watch = new DatabaseSync(file, { readOnly: true });
const parked = watch.prepare("SELECT count(DISTINCT workflow_run_id) AS n FROM step_attempts WHERE kind = 'sleep'");
let keys = 0;

await serve({
  sequential: (count) => run(steps, { key: `steps-${keys++}`, count }),
  oneStep: (count) => inFlight(count, () => run(one, { key: `one-${keys++}` })),
  prepare: (count) => run(resumed, { key: "resumed", count }),
  async emit(n) {
    // Signals are lost when nobody waits: it is sent until somebody does.
    for (;;) {
      const at = now();
      const { workflowRunIds } = await ow.sendSignal({ signal: `proceed-${n}` });
      if (workflowRunIds.length > 0) return at;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  },
  async park(count) {
    const start = performance.now();
    await inFlight(count, () => sleeper.run({}));
    return await until(start, () => parked.get().n >= count);
  },
  async close() {
    watch.close();
    await worker.stop();
    await backend.stop();
  },
});
