/**
 * Goal: `eventualc` answers with the right exit code and streams, and never leaves half a file.
 * Method: the built command runs in temporary projects.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../support/temp.js";
import { REMINDER, writeFiles } from "./support.js";

const COMMAND = fileURLToPath(new URL("../../eventualc", import.meta.url));
const BROKEN = { ...REMINDER, "src/main.ts": `${REMINDER["src/main.ts"]}const n: number = "";\n` };

function eventualc(folder: string, ...args: readonly string[]) {
  return spawnSync(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
}

test("build writes the program and says its hash", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const { status, stdout, stderr } = eventualc(folder, "build", "src/main.ts", "-o", "main.evp");
  assert.equal(stderr, "");
  assert.equal(status, 0);
  const { hash } = JSON.parse(readFileSync(join(folder, "main.evp"), "utf8"));
  assert.equal(stdout, `main.evp ${hash}\n`);
});

test("--external takes one name and may be repeated, before the entry too", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const named = ["--external", "a", "--external", "b"];
  const { status, stderr } = eventualc(folder, "build", ...named, "src/main.ts", "-o", "main.evp");
  assert.deepEqual([status, stderr], [0, ""]);
});

test("check writes nothing", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const { status, stdout } = eventualc(folder, "check", "src/main.ts");
  assert.deepEqual([status, stdout], [0, ""]);
  assert.deepEqual(readdirSync(folder).sort(), ["package.json", "src"]);
});

test("errors go to standard error with exit code 1, and an existing program stays untouched", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { ...BROKEN, "main.evp": "old" });
  const { status, stdout, stderr } = eventualc(folder, "build", "src/main.ts", "-o", "main.evp");
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /^src\/main\.ts:12:7: error EV1004: .*\(TS2322\)\n\n {2}11 \| .*\n> 12 \| const n/);
  assert.match(stderr, /remedy: /);
  assert.equal(readFileSync(join(folder, "main.evp"), "utf8"), "old");
  assert.deepEqual(readdirSync(folder).sort(), ["main.evp", "package.json", "src"]);
});

test("--json prints the findings for tools", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, BROKEN);
  const { status, stdout, stderr } = eventualc(folder, "check", "src/main.ts", "--json");
  assert.deepEqual([status, stderr], [1, ""]);
  const { diagnostics } = JSON.parse(stdout);
  assert.deepEqual(
    diagnostics.map(({ code, severity, file, line, column, length }: Record<string, unknown>) => ({
      code,
      severity,
      file,
      line,
      column,
      length,
    })),
    [{ code: "EV1004", severity: "error", file: "src/main.ts", line: 12, column: 7, length: 1 }],
  );
});

test("build --json says what was written, and how much code went in and came out", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const { status, stdout } = eventualc(folder, "build", "src/main.ts", "-o", "main.evp", "--json");
  const { output, bytes, diagnostics } = JSON.parse(stdout);
  assert.deepEqual([status, output, diagnostics], [0, "main.evp", []]);
  const { guest, host } = JSON.parse(readFileSync(join(folder, "main.evp"), "utf8"));
  const workflowSource = Buffer.byteLength(REMINDER["src/main.ts"] ?? "");
  assert.deepEqual(bytes, { workflowSource, workflow: guest.code.length, tasks: host.code.length });
});

test("warnings: check finds them with exit code 1, build is done with 0", async (t) => {
  const folder = await temporaryFolder(t);
  const main = REMINDER["src/main.ts"]?.replace("await sendReminder", "sendReminder") ?? "";
  await writeFiles(folder, { ...REMINDER, "src/main.ts": main });
  const check = eventualc(folder, "check", "src/main.ts");
  assert.equal(check.status, 1);
  assert.match(check.stderr, /^src\/main\.ts:6:5: warning EV2034: [\s\S]*\n1 warning\n$/);
  const built = eventualc(folder, "build", "src/main.ts", "-o", "main.evp");
  assert.equal(built.status, 0);
  assert.match(built.stderr, /EV2034/);
});

test("an object held over a wait is shown with the range, in text and JSON", async (t) => {
  const folder = await temporaryFolder(t);
  const main = `import type { Socket } from "node:net";
import { duration, workflow } from "eventual";
declare function connect(): Socket;
export const main = workflow("main", async () => {
  const socket = connect();
  await duration(1);
  socket.end();
});
`;
  await writeFiles(folder, { "package.json": "{}", "main.ts": main });
  const { stderr } = eventualc(folder, "check", "main.ts");
  assert.match(stderr, /main\.ts:5:9: error EV2035[\s\S]*main\.ts:6:3: the workflow can rest here/);
  const { stdout, status } = eventualc(folder, "check", "main.ts", "--json");
  assert.equal(status, 1);
  const [finding] = JSON.parse(stdout).diagnostics;
  assert.deepEqual(
    [finding.code, finding.page, ...finding.related.map(({ line }: { line: number }) => line)],
    ["EV2035", "docs/errors/EV2035.md", 6, 7],
  );
});

test("with --json a command that cannot run says so in JSON, with exit code 2", async (t) => {
  const folder = await temporaryFolder(t);
  const { status, stdout, stderr } = eventualc(folder, "check", "none.ts", "--json");
  assert.deepEqual([status, stderr], [2, ""]);
  assert.equal(JSON.parse(stdout).diagnostics[0].code, "EV1001");
});

test("a missing entry is an error with code and remedy", async (t) => {
  const folder = await temporaryFolder(t);
  const { status, stderr } = eventualc(folder, "build", "none.ts", "-o", "main.evp");
  assert.equal(status, 2);
  assert.match(stderr, /error EV1001: The entry file none\.ts does not exist/);
  assert.match(stderr, /remedy: Name the TypeScript file/);
  assert.ok(!existsSync(join(folder, "main.evp")));
});

test("an output that cannot be written is an error with code and remedy", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, REMINDER);
  const { status, stderr } = eventualc(folder, "build", "src/main.ts", "-o", "none/main.evp");
  assert.equal(status, 2);
  assert.match(stderr, /error EV3004: none\/main\.evp cannot be written/);
});

for (const [name, args, expected] of [
  ["no command", [], /Name a command/],
  ["an unknown command", ["biuld", "src/main.ts"], /Did you mean build|Unknown/],
  ["an unknown option", ["build", "src/main.ts", "-o", "a.evp", "--colour"], /Unknown argument: colour/],
  ["no output", ["build", "src/main.ts"], /Missing required argument: output/],
  ["no entry", ["check"], /Not enough non-option arguments/],
  ["two entries", ["check", "a.ts", "b.ts"], /Unknown (argument|command)/],
  ["an option without its value", ["check", "a.ts", "--tsconfig"], /Not enough arguments following: tsconfig/],
] as const) {
  test(`${name} is wrong use: exit code 2 and the help on standard error`, async (t) => {
    const folder = await temporaryFolder(t);
    const { status, stdout, stderr } = eventualc(folder, ...args);
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /eventualc/);
    assert.match(stderr, expected);
    assert.deepEqual(readdirSync(folder), []);
  });
}

test("--help shows examples and --version the version, with exit code 0", async (t) => {
  const folder = await temporaryFolder(t);
  const help = eventualc(folder, "build", "--help");
  assert.equal(help.status, 0);
  assert.match(help.stdout, /Examples:[\s\S]*eventualc build src\/main\.ts -o main\.evp/);
  const version = eventualc(folder, "--version");
  assert.deepEqual([version.status, version.stdout], [0, "0.1.0\n"]);
});
