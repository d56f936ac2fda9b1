/** Our side: the engine with its defaults, a compiled program, real tasks. Arguments: database, program, where tasks run. */
import { loadProgramFile } from "#runtime/client/program-file.js";
import { openRuntime } from "#runtime/engine/open.js";
import { encode } from "#runtime/protocol/value.js";
import { inFlight, now, serve } from "./wire.js";

const [database = "", program = "", tasksIn] = process.argv.slice(2);
const engine = await openRuntime({ database, tasksIn: tasksIn === "process" ? "process" : "threads" });
await engine.deploy(await loadProgramFile(program), import.meta.dirname);

const RESUMED = "resumed/one";
let started = 0;

async function run(workflow: string, n: number): Promise<void> {
  const { executionId } = await engine.start({ workflow, name: `${now()}-${started++}`, input: encode(n) });
  const { status, outcome } = await engine.result(executionId);
  if (status !== "SUCCEEDED") throw new Error(`${executionId} ${status}: ${JSON.stringify(outcome)}`);
}

await serve({
  sequential: (count) => run("steps", count),
  oneStep: (count) => inFlight(count, (index) => run("one", index + 1)),
  async prepare(count) {
    await engine.start({ workflow: "resumed", name: "one", input: encode(count) });
    await engine.idle();
  },
  async emit() {
    const at = now();
    await engine.signal(RESUMED, "proceed", encode(undefined));
    return at;
  },
  async park(count) {
    const start = performance.now();
    await inFlight(count, (index) => engine.start({ workflow: "sleeper", name: `${index}`, input: encode(undefined) }));
    await engine.idle();
    return performance.now() - start;
  },
  close: () => engine.close(),
});
