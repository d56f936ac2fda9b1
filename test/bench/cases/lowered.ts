/**
 * What it costs that code is compiled to state machines: the same source run lowered, by the guest runtime, and as it
 * is, by the engine's own async functions, promises and closures. Both in QuickJS, in turn.
 */
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import type { QuickJSContext } from "quickjs-emscripten";
import { encode } from "#runtime/protocol/value.js";
import { openSandbox } from "#runtime/sandbox/open.js";
import type { Sandbox } from "#runtime/sandbox/sandbox.js";
import { compileProgram } from "../support/engine.js";
import { bareContext } from "../support/quickjs.js";
import { cost, type Figure, median } from "../support/report.js";
import type { Setting } from "../support/setting.js";

const ROUNDS = 9;

/** How often each does its work: a few milliseconds. */
const COUNTS: Readonly<Record<string, number>> = {
  awaitLoop: 5000,
  asyncCalls: 2000,
  fanOut: 2000,
  tryFinally: 2000,
  closures: 5000,
  classes: 2000,
  generators: 5000,
  synchronous: 30_000,
};

interface Timed {
  readonly micros: number;
  /** Text of the result. */
  readonly result: string;
}

export async function loweredCode(_setting: Setting): Promise<Figure[]> {
  const program = await compileProgram("lowered.ts");
  const sandbox = await openSandbox({ deadlineMs: 30_000 });
  const context = await bareContext();
  const figures: Figure[] = [];
  const ratios: number[] = [];
  try {
    await sandbox.load({ hash: program.hash, ...program.guest });
    context.unwrapResult(context.evalCode(await nativeCode())).dispose();
    for (const [name, count] of Object.entries(COUNTS)) {
      const native: number[] = [];
      const lowered: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const ours = await runLowered(sandbox, program.hash, name, count, round);
        const theirs = runNative(context, name, count);
        if (ours.result !== theirs.result)
          throw new Error(`${name}: ${ours.result} lowered, ${theirs.result} natively`);
        lowered.push(ours.micros / count);
        native.push(theirs.micros / count);
      }
      const floor = { name: "the same source in QuickJS as it is", value: median(native) };
      ratios.push(median(lowered) / floor.value);
      figures.push(cost(`lowered: ${name}`, median(lowered), "µs each", floor));
    }
  } finally {
    context.dispose();
    await sandbox.close();
  }
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  return [...figures, cost("lowered: geometric mean", mean, "× native", { name: "native", value: 1 })];
}

async function nativeCode(): Promise<string> {
  const source = fileURLToPath(new URL("../../../../test/bench/fixtures/code.ts", import.meta.url));
  const options = { bundle: true, write: false, format: "iife", globalName: "code", target: "es2022" } as const;
  const { outputFiles } = await bundle({ entryPoints: [source], ...options });
  return outputFiles[0]?.text ?? "";
}

function runNative(context: QuickJSContext, name: string, count: number): Timed {
  const start = performance.now();
  context
    .unwrapResult(context.evalCode(`result = undefined; code.${name}(${count}).then((n) => { result = n; })`))
    .dispose();
  const jobs = context.runtime.executePendingJobs();
  if (jobs.error !== undefined) throw new Error(`${name} failed natively`);
  const micros = (performance.now() - start) * 1000;
  return { micros, result: context.getProp(context.global, "result").consume((handle) => context.getString(handle)) };
}

/** The time is that of the activation in the guest, with the evaluation of the modules, which is short. */
async function runLowered(
  sandbox: Sandbox,
  program: string,
  name: string,
  count: number,
  round: number,
): Promise<Timed> {
  const id = `${name}/${round}`;
  const execution = { id, name: `${round}`, startTime: new Date(0).toISOString() };
  const start = { kind: "start", workflow: name, input: encode(count), execution, seed: "0".repeat(32) } as const;
  const bring = { checkpoint: null, tail: [] };
  const request = { execution: id, program, bring, now: 0, events: [start], write: false, drop: true };
  const [reply] = await sandbox.activate([request]);
  const close = reply?.kind === "done" ? reply.commands.find((command) => command.kind === "close") : undefined;
  if (reply?.kind !== "done" || close?.outcome.ok !== true) throw new Error(`${name} failed: ${JSON.stringify(reply)}`);
  return { micros: reply.cost, result: close.outcome.value.slice(1) };
}
