/**
 * Goal: who looks at a failure from outside sees the program's own lines, and nothing of the machine it ran on.
 * Method: one failing program in the real commands, over HTTP, and in an application with handlers in its own process.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openRuntime } from "#runtime/library/runtime.js";
import { ask, serveProgram } from "../http/support.js";
import { temporaryFolder } from "../support/temp.js";
import { compileApp, eventual, lastLine } from "./support/eventual.js";

let app: Awaited<ReturnType<typeof compileApp>>;
before(async () => {
  app = await compileApp("borders", "stacks");
});
after(() => app.remove());

const PLACES = [
  "at bank (tasks.ts:21:11)",
  "at async <anonymous> (tasks.ts:26:10)",
  "at async pay (borders.ts:5:19)",
  "at async <anonymous> (borders.ts:10:10)",
  "at async child (borders.ts:27:5)",
  "at async <anonymous> (borders.ts:58:3)",
];
const SHOWN = [
  ...PLACES,
  "caused by RangeError: no such card 17",
  "at ask (tasks.ts:13:9)",
  "at bank (tasks.ts:19:12)",
  "at async <anonymous> (tasks.ts:26:10)",
];
/** What only this machine and this version of Node have. */
const OF_THE_MACHINE = /node:|file:|eventual:|(?:^|[\s("])\/\w|dist\//m;

function places(stack: string | undefined): string[] {
  return (stack ?? "").split("\n").flatMap((line) => (line.includes("    at ") ? [line.trim()] : []));
}

test("run, wait, show, logs and history tell the lines of task, child and workflow, and the cause's", async (t) => {
  const cwd = await temporaryFolder(t);
  const run = ["run", app.program, "ways", "--input", '"child"', "--db", "a.db", "--json"];
  const ended = await eventual(run, { cwd });
  assert.equal(ended.code, 1, ended.stderr);
  const { error } = lastLine(ended) as { error: { stack: string; card: string; cause: { stack: string } } };
  assert.deepEqual(places(error.stack), PLACES);
  assert.deepEqual(places(error.cause.stack), SHOWN.slice(-3));
  assert.equal(error.card, "17");
  for (const command of ["show", "wait"]) {
    const shown = await eventual([command, "ways/default", "--db", "a.db"], { cwd });
    const lines = (shown.stdout + shown.stderr).split("\n").map((line) => line.trim());
    const from = lines.indexOf(SHOWN[0] ?? "");
    assert.deepEqual(lines.slice(from, from + SHOWN.length), SHOWN, command);
    assert.doesNotMatch(lines.join("\n"), OF_THE_MACHINE, command);
  }
  for (const command of ["history", "logs", "show", "wait"]) {
    const shown = await eventual([command, "ways/default", "--db", "a.db", "--json"], { cwd });
    assert.doesNotMatch(shown.stdout, OF_THE_MACHINE, command);
  }
});

test("the HTTP API tells the same", async (t) => {
  const { url } = await serveProgram(t, app.program);
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ workflow: "ways", name: "x", input: "child" });
  await ask(url, "/v1/executions", { method: "POST", headers, body });
  const { body: result } = await ask(url, "/v1/executions/ways/x/result?wait=30");
  const { error } = result as { error: { stack: string } };
  assert.deepEqual(places(error.stack), PLACES);
  assert.doesNotMatch(JSON.stringify(result), OF_THE_MACHINE);
});

test("handlers in the application's own process: the same lines, without Node's own source maps", async (t) => {
  const cwd = await temporaryFolder(t);
  const runtime = await openRuntime({ database: join(cwd, "a.db"), programs: [app.program], tasksIn: "process" });
  t.after(() => runtime.stop());
  const ended = await runtime.wait(await runtime.start("ways", "child")).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  assert.deepEqual(places(ended?.stack), PLACES);
  assert.deepEqual(places((ended?.cause as Error).stack), SHOWN.slice(-3));
});
