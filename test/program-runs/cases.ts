/**
 * Every program of a folder, run four times: on plain Node, and compiled on the real engine straight through, restored
 * from its checkpoint before every activation, and replayed from its start before every activation. What the program
 * sees, and how often each task's handler starts, must be the same.
 * `PROGRAMS=chain,race` in the environment runs only those.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { build } from "#compiler/build.js";
import { hasErrors } from "#compiler/diagnostics/diagnostic.js";
import { printDiagnostics } from "#compiler/diagnostics/print.js";
import { type Program, programSchema } from "#runtime/protocol/program.js";
import { ROOT } from "../support/root.js";
import { temporaryFolder } from "../support/temp.js";
import { runDurable } from "./durable.js";
import { runNative } from "./native.js";

const ONLY = process.env.PROGRAMS?.split(",");

/** `<case>.json` beside a case. */
const sidecarSchema = z
  .object({
    /** In order of time; `at` in ms after the start. */
    signals: z.array(z.object({ at: z.number(), signal: z.string(), payload: z.unknown().optional() })).default([]),
    /** Set when plain Node cannot give the same trace: this one is compared instead, or with null nothing. */
    expected: z.array(z.string()).nullable().optional(),
    /** What the log calls a value of the program that cannot be written out, so that it lives by its tail. */
    unserializable: z.string().optional(),
  })
  .strict();

function sidecar(folder: string, name: string): z.infer<typeof sidecarSchema> {
  const file = join(folder, `${name}.json`);
  return sidecarSchema.parse(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {});
}

async function compile(entry: string): Promise<Program> {
  const { program, diagnostics } = await build({ entry });
  const text = printDiagnostics(diagnostics, { color: false });
  assert.ok(program !== undefined && !hasErrors(diagnostics), text);
  return programSchema.parse(JSON.parse(program.text));
}

/** Runs `run` and gives its result with the number of handler starts per task (see test/programs/support/started.ts). */
async function countingStarts<T>(file: string, run: () => Promise<T>): Promise<{ result: T; starts: object }> {
  process.env.PROGRAM_STARTS = file;
  try {
    const result = await run();
    const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").sort() : [];
    const starts: Record<string, number> = {};
    for (const line of lines) starts[line] = (starts[line] ?? 0) + 1;
    return { result, starts };
  } finally {
    delete process.env.PROGRAM_STARTS;
  }
}

const WAYS = [
  { way: "straight", checkpoint: "auto", cacheSize: 1000 },
  { way: "restored", checkpoint: "always", cacheSize: 0 },
  { way: "replayed", checkpoint: "never", cacheSize: 0 },
] as const;

/** Declares a test for each program of test/programs/`name`. */
export function testPrograms(name: string): void {
  const cases = join(ROOT, "test/programs", name);
  for (const file of readdirSync(cases)
    .filter((each) => each.endsWith(".ts") && (ONLY?.includes(each.slice(0, -3)) ?? true))
    .sort()) {
    const name = file.replace(/\.ts$/, "");
    test(`${name}: the same on Node, straight through, restored and replayed`, async (t) => {
      const entry = join(cases, file);
      const { signals, expected, unserializable } = sidecar(cases, name);
      const folder = await temporaryFolder(t);
      const program = await compile(entry);
      const native =
        expected === undefined
          ? await countingStarts(join(folder, "native.txt"), () => runNative(entry, signals, folder))
          : undefined;
      let wantedTrace: unknown = native?.result ?? expected ?? undefined;
      let wantedStarts = native?.starts;
      for (const { way, checkpoint, cacheSize } of WAYS) {
        await t.test(way, async () => {
          const { result, starts } = await countingStarts(join(folder, `${way}.txt`), () =>
            runDurable(program, signals, { checkpoint, cacheSize, folder }),
          );
          wantedTrace ??= result.trace;
          wantedStarts ??= starts;
          assert.ok(Array.isArray(result.trace) && result.trace.length > 0, "a program tells what it saw");
          assert.deepEqual(result.trace, wantedTrace);
          assert.deepEqual(starts, wantedStarts);
          const warnings = result.logs.filter(({ level }) => level === "warn" || level === "error");
          if (unserializable === undefined || way === "replayed") assert.deepEqual(warnings, []);
          else
            assert.ok(
              warnings.some(({ text }) => text.includes(unserializable)),
              "the log names the value",
            );
          if (way === "replayed") assert.equal(result.checkpoints, 0);
          if (way === "restored" && unserializable === undefined) {
            assert.ok(result.checkpoints > 0, "checkpoints are written");
            assert.equal(result.tailEntries, 0, "every activation is recorded by its checkpoint");
          }
        });
      }
    });
  }
}
