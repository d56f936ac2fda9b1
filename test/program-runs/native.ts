/** A program on plain Node: bundled with `eventual` replaced by `native-api`, run in a thread of its own. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import type { ScriptedSignal } from "./native-loop.js";
import { START } from "./start.js";

const HERE = import.meta.dirname;

/** Runs the program in `entry` once; gives what its workflow `main` returns. Rejects when the workflow fails. */
export async function runNative(entry: string, script: readonly ScriptedSignal[], folder: string): Promise<unknown> {
  const outfile = join(folder, "native.mjs");
  const shim = join(HERE, "native-api.js");
  await build({
    stdin: { contents: `export { runMain } from "eventual"; import ${JSON.stringify(entry)};`, resolveDir: HERE },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2023",
    keepNames: true,
    alias: { eventual: shim },
    logLevel: "silent",
  });
  const thread = new Worker(new URL("native-thread.js", import.meta.url), {
    workerData: { url: pathToFileURL(outfile).href, script },
    env: { ...process.env, PROGRAM_START: String(START) },
  });
  try {
    const reply = await new Promise<{ trace?: unknown; failure?: string }>((resolve, reject) => {
      thread.once("message", resolve);
      thread.once("error", reject);
      thread.once("exit", () => reject(new Error("the native run ended without a word")));
    });
    if (reply.failure !== undefined) throw new Error(`the native run failed: ${reply.failure}`);
    return reply.trace;
  } finally {
    await thread.terminate();
  }
}
