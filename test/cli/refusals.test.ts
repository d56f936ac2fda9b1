/**
 * Goal: bad input gets an error with code, place and remedy, exit code 2 (or 1), and changes nothing.
 * Method: one folder per case; afterwards it holds what it held before, byte by byte.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { temporaryFolder } from "../support/temp.js";
import { compileApp, eventual, eventually, startEventual } from "./support/eventual.js";

let app: Awaited<ReturnType<typeof compileApp>>;
let program: Record<string, unknown>;
before(async () => {
  app = await compileApp();
  program = JSON.parse(await readFile(app.program, "utf8"));
});
after(() => app.remove());

interface Case {
  readonly title: string;
  readonly args: readonly string[];
  readonly files?: () => Record<string, string>;
  readonly code?: number;
  readonly error: RegExp;
}

const run = (...args: string[]): string[] => ["run", "app.evp", ...args];
const withApp = (): Record<string, string> => ({ "app.evp": JSON.stringify(program) });
const changed = (change: object): string => JSON.stringify({ ...program, ...change });

const CASES: readonly Case[] = [
  { title: "no command", args: [], error: /EV8208: Name a command/ },
  { title: "an unknown command", args: ["frobnicate"], error: /EV8208: There is no command "frobnicate"/ },
  {
    title: "a mistyped command",
    args: ["strat"],
    error: /EV8208: There is no command "strat"[\s\S]*Did you mean start\?/,
  },
  {
    title: "a mistyped command of a group",
    args: ["tasks", "complte", "x"],
    error: /EV8208: `tasks` has no such command[\s\S]*Did you mean complete\?/,
  },
  {
    title: "an argument that is missing",
    args: ["signal", "greet/x"],
    error: /EV8208: An argument is missing: eventual signal <execution> <signal> \[payload\]/,
  },
  {
    title: "a limit of nothing",
    args: ["list", "--limit", "0"],
    error: /EV8208: --limit "0" is not a whole number of 1/,
  },
  {
    title: "input without end of nesting",
    args: run("greet", "--input", "[".repeat(600)),
    files: withApp,
    error: /EV8206: --input is nested deeper than 500 levels/,
  },
  { title: "an unknown option", args: run("greet", "--frob"), error: /EV8208: Unknown argument: frob/ },
  { title: "a missing argument", args: ["run", "app.evp"], error: /EV8208: / },
  { title: "one argument too many", args: run("greet", "again"), error: /EV8208: Unknown argument: again/ },
  { title: "a value that an option does not take", args: run("greet", "--checkpoint", "often"), error: /EV8208: / },
  { title: "a count that is none", args: run("greet", "--cache", "many"), error: /EV8208: --cache "many"/ },
  {
    title: "an option twice",
    args: run("greet", "--db", "a", "--db", "b"),
    error: /EV8208: --db is given more than once/,
  },
  { title: "two inputs", args: run("greet", "--input", "1", "--input-file", "x"), error: /EV8208: / },
  { title: "a command without database", args: ["list"], error: /EV8208: No database is named/ },
  { title: "a missing program", args: run("greet"), error: /EV8201: .*\n\s+at app\.evp/ },
  { title: "a program that is no JSON", args: run("greet"), files: () => ({ "app.evp": "let x" }), error: /EV8202: / },
  {
    title: "a program of another form",
    args: run("greet"),
    files: () => ({ "app.evp": '{"format":"x"}' }),
    error: /EV8202: /,
  },
  {
    title: "a program with a part missing",
    args: run("greet"),
    files: () => ({ "app.evp": changed({ host: undefined }) }),
    error: /EV8202: [\s\S]*host/,
  },
  {
    title: "a program for another runtime",
    args: run("greet"),
    files: () => ({ "app.evp": changed({ manifest: { ...(program.manifest as object), abi: 999 } }) }),
    error: /EV8204: .*999/,
  },
  {
    title: "a program that was edited",
    args: run("greet"),
    files: () => ({ "app.evp": changed({ externals: ["left-pad"] }) }),
    error: /EV8203: /,
  },
  { title: "an unknown workflow", args: run("great"), files: withApp, error: /EV8205: .*"great"; it has: .*greet/ },
  {
    title: "input that is not JSON",
    args: run("greet", "--input", '{"a":\n  tru}'),
    files: withApp,
    error: /EV8206: --input is not JSON: unexpected "}"\n\s+at --input:2:6/,
  },
  {
    title: "input that ends early",
    args: run("greet", "--input", "[1,"),
    files: withApp,
    error: /ends too early\n\s+at --input:1:4/,
  },
  { title: "input that is a bare word", args: run("greet", "--input", "ada"), files: withApp, error: /at --input:1:1/ },
  {
    title: "an input file that is missing",
    args: run("greet", "--input-file", "x.json"),
    files: withApp,
    error: /EV8207: /,
  },
  {
    title: "an input file that is not JSON",
    args: run("greet", "--input-file", "x.json"),
    files: () => ({ ...withApp(), "x.json": "\n]" }),
    error: /EV8206: [\s\S]*at x\.json:2:1/,
  },
  { title: "a time that is none", args: run("greet", "--until", "30"), files: withApp, error: /EV8211: / },
  {
    title: "two programs with the same workflow",
    args: ["serve", "app.evp", "app.evp", "--db", "x.db"],
    files: withApp,
    error: /EV8219: /,
  },
  { title: "serving a missing program", args: ["serve", "nix.evp", "--db", "x.db"], error: /EV8201: / },
  {
    title: "a folder that does not exist",
    args: run("greet", "--db", "no/x.db"),
    files: withApp,
    code: 1,
    error: /EV6001: /,
  },
  ...["list", "show greet/x", "signal greet/x go", "start greet"].map((command) => ({
    title: `${command.split(" ")[0]} on a missing database`,
    args: [...command.split(" "), "--db", "x.db"],
    error: /EV8209: .*\n\s+at x\.db/,
  })),
  {
    title: "a payload that is not JSON",
    args: ["signal", "greet/x", "go", "{", "--db", "x.db"],
    error: /EV8206: payload/,
  },
  ...[run("greet", "--db", "x.db"), ["list", "--db", "x.db"]].map((args) => ({
    title: `a database that is none: ${args[0]}`,
    args,
    files: () => ({ ...withApp(), "x.db": "This is a letter, not a database. ".repeat(100) }),
    code: 1,
    error: /EV60\d\d: /,
  })),
];

function contents(folder: string): Record<string, string> {
  // The lock file is made to look at a database, and says nothing about executions.
  const names = readdirSync(folder).filter((name) => !name.endsWith("-lock"));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

for (const { title, args, files, code = 2, error } of CASES) {
  test(`${title} is refused, and nothing changes`, async (t) => {
    const cwd = await temporaryFolder(t);
    for (const [name, text] of Object.entries(files?.() ?? {})) await writeFile(join(cwd, name), text);
    const before = contents(cwd);
    const ended = await eventual(args, { cwd });
    assert.match(ended.stderr, error);
    assert.match(ended.stderr, /remedy: /);
    assert.equal(ended.code, code, ended.stderr);
    assert.equal(ended.stdout, "");
    assert.deepEqual(contents(cwd), before);
  });
}

test("unknown executions and closed ones are refused with exit code 2", async (t) => {
  const cwd = await temporaryFolder(t);
  await eventual(["run", app.program, "greet", "--db", "a.db"], { cwd });
  for (const [args, error] of [
    [["show", "greet/nobody"], /EV8004: /],
    [["signal", "greet/nobody", "go"], /EV8004: /],
    [["signal", "greet/default", "go"], /EV8005: .*SUCCEEDED/],
    [["start", "great", "--id", "x"], /EV8001: .*greet/],
    [["start", "great", "--id", "x", "--program", app.program], /EV8205: /],
  ] as const) {
    const ended = await eventual([...args, "--db", "a.db"], { cwd });
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(ended.stderr, error);
  }
});

test("a second engine on the same database is refused while the first one runs", async (t) => {
  const cwd = await temporaryFolder(t);
  const first = startEventual(["run", app.program, "approval", "--db", "a.db"], { cwd });
  await eventually("the first runs", async () =>
    (await eventual(["show", "approval/default", "--db", "a.db"], { cwd })).code === 0 ? true : undefined,
  );
  const second = await eventual(["run", app.program, "greet", "--db", "a.db"], { cwd });
  assert.equal(second.code, 1);
  assert.match(second.stderr, /EV6006: /);
  const sent = await eventual(["signal", "approval/default", "approve", '"Ada"', "--db", "a.db"], { cwd });
  assert.equal(sent.code, 0, sent.stderr);
  assert.equal((await first.ended).code, 0);
});

test("--help shows examples, --version the version; NO_COLOR and FORCE_COLOR are obeyed", async (t) => {
  const cwd = await temporaryFolder(t);
  for (const command of ["run", "serve", "start", "signal", "list", "show"]) {
    const help = await eventual([command, "--help"], { cwd });
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`eventual ${command}[\\s\\S]*Examples:`));
  }
  const version = await eventual(["--version"], { cwd });
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const plain = await eventual(["frob"], { cwd, env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
  const coloured = await eventual(["frob"], { cwd, env: { FORCE_COLOR: "1" } });
  assert.ok(!plain.stderr.includes("\u001b["));
  assert.ok(coloured.stderr.includes("\u001b[31merror\u001b[39m"));
});
