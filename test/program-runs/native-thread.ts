/** The thread of one native run: evaluates the bundle and posts the trace, or the text of what went wrong. */
import { parentPort, workerData } from "node:worker_threads";
import type { ScriptedSignal } from "./native-loop.js";

interface Bundle {
  readonly runMain: (script: readonly ScriptedSignal[]) => Promise<unknown>;
}

const { url, script } = workerData as { url: string; script: readonly ScriptedSignal[] };
// A rejection that nobody handles fails nothing: so it is in an execution.
process.on("unhandledRejection", () => {});
try {
  const bundle = (await import(url)) as Bundle;
  parentPort?.postMessage({ trace: await bundle.runMain(script) });
} catch (error) {
  parentPort?.postMessage({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
