/**
 * Goal: the plain executable runs compiled programs as an installation does, and needs nothing of the machine that made
 * it. Method: one executable in an empty folder, without PATH and with a home of its own; programs of the conformance
 * suite against their golden results; kills; what a running process has open.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { compile } from "#runtime/testing/compile.js";
import { compileApp, type Ended, effects, eventual, eventually, lastLine, ROOT } from "../cli/support/eventual.js";
import { temporaryFolder } from "../support/temp.js";
import { start } from "./support.js";

let folder: string;
let file: string;
before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "eventual-plain-")));
  file = join(folder, "eventual");
  const ended = await eventual(["package", "-o", file], { cwd: folder });
  assert.equal(ended.code, 0, ended.stderr);
});
after(() => rm(folder, { recursive: true, force: true }));

function run(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return start(args, { cwd, env, file }).ended;
}

const CASES = "programs/cases";
const OWN = "conformance/programs";
/** Programs that go their way alone, by the name of their golden file. */
const PROGRAMS = [
  ...["hello", "chain", "branching", "recursion", "closures", "destructuring", "errors", "odd-results"],
  ...["evaluation-order", "chains", "timers", "condition"],
].map((name) => ({ name, source: `${CASES}/${name}.ts` }));
const MORE = ["sagas", "kinds"].map((name) => ({ name, source: `${OWN}/${name}.ts` }));

for (const { name, source } of [...PROGRAMS, ...MORE]) {
  test(`conformance: ${name}`, async (t) => {
    const cwd = await temporaryFolder(t);
    await writeFile(join(cwd, "program.evp"), JSON.stringify(await compile(join(ROOT, "test", source))));
    const clock = ["--virtual-clock", "--start-at", "2030-01-01T00:00:00Z"];
    const ended = await run(["run", "program.evp", "main", "--id", "run", ...clock, "--json"], cwd, {
      PROGRAM_STARTS: "/dev/null",
    });
    assert.equal(ended.code, 0, ended.stderr);
    const { status, result } = lastLine(ended) as { status: string; result: unknown };
    const [golden = ""] = readFileSync(join(ROOT, "test/conformance/golden", `${name}.txt`), "utf8").split("\n", 1);
    assert.equal(`${status} ${JSON.stringify(result)}`, golden);
  });
}

test("killed again and again: each time it goes on, no step that was kept is repeated, none is left out", async (t) => {
  const app = await compileApp();
  t.after(app.remove);
  const cwd = await temporaryFolder(t);
  const env = { EFFECTS: join(cwd, "effects") };
  const command = ["run", app.program, "reminder", "--input", '"ada"', "--virtual-clock", "--until", "60d", "--json"];
  const line = [...command, "--db", "run.db"];
  let kills = 0;
  for (const reminders of [1, 2, 9, 10, 23, 31, 44]) {
    const process = start(line, { cwd, env, file });
    await eventually(`reminder ${reminders}`, () => (effects(env.EFFECTS).length >= reminders ? true : undefined));
    process.process.kill("SIGKILL");
    if ((await process.ended).signal === "SIGKILL") kills += 1;
  }
  assert.ok(kills >= 5, `it was killed ${kills} times`);
  const last = await run(line, cwd, env);
  assert.equal(last.code, 0, last.stderr);
  const keys = effects(env.EFFECTS).map(({ key }) => key);
  assert.equal(new Set(keys).size, 60);
  assert.ok(keys.length <= 60 + kills, `at most the step under way is repeated by each kill: ${keys.length}`);
});

test("what a running server has open is the executable, the system's libraries, its database and its cache", {
  skip: process.platform === "linux" ? false : "the system does not tell what a process has open",
}, async (t) => {
  const app = await compileApp();
  t.after(app.remove);
  const cwd = await realpath(await temporaryFolder(t));
  await mkdir(join(cwd, "home"));
  const server = start(["serve", app.program, "--db", "app.db", "--http", "0", "--json"], { cwd, file });
  t.after(async () => {
    server.process.kill("SIGKILL");
    await server.ended;
  });
  await once(server.process.stdout ?? server.process, "data");
  assert.equal((await run(["start", "greet", "--id", "a", "--db", "app.db"], cwd)).code, 0);
  const place = `/proc/${server.process.pid}`;
  const maps = (await readFile(`${place}/maps`, "utf8")).split("\n").map((line) => line.split(/\s+/)[5] ?? "");
  const handles = (await readdir(`${place}/fd`)).map((fd) => readlink(`${place}/fd/${fd}`).catch(() => ""));
  const files = [...maps, ...(await Promise.all(handles))].filter((path) => path.startsWith("/"));
  const allowed = [folder, cwd, "/lib", "/usr/lib", "/lib64", "/dev/", "/memfd:", "/proc/"];
  assert.deepEqual(
    [...new Set(files)].filter((path) => !allowed.some((start) => path.startsWith(start))),
    [],
  );
  assert.ok(
    files.some((path) => path.endsWith("/sqlite3.node") && path.startsWith(cwd)),
    "its own native code",
  );
});
