/** Goal: people see positions of their source. Method: programs with a source map made by esbuild. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { transform } from "esbuild";
import { mapPath, mapText } from "#runtime/sandbox/stack.js";
import type { SandboxProgram } from "../../runtime/sandbox/sandbox.js";
import { done, one, openTestSandbox, request, say } from "./support/world.js";

const SOURCE = `// a comment that moves lines


(helpers: { on(handler: Function): void }) => {
  type Unused = string;
  function fail(what: string): never {
    throw new Error(what);
  }

  helpers.on((event: { signal: string }, host: any) => {
    if (event.signal === "log") {
      try { fail("logged"); } catch (error) { host.log("error", (error as Error).stack); }
    } else fail("thrown");
  });
};`;

async function compiled(source = SOURCE): Promise<SandboxProgram> {
  const built = await transform(source, {
    loader: "ts",
    sourcemap: "external",
    sourcefile: "src/a b.ts",
  });
  return { hash: source.length.toString(16), code: built.code, map: built.map };
}

test("a thrown error's stack names the TypeScript source", async (t) => {
  const sandbox = await openTestSandbox(t);
  const thrower = await compiled();
  await sandbox.load(thrower);
  const reply = done(await one(sandbox, request(thrower, "w/a", [say("throw")])));
  const close = reply.commands[0];
  assert.ok(close?.kind === "close" && !close.outcome.ok);
  const text: unknown = JSON.parse(close.outcome.error.slice(1));
  assert.match(
    String(text),
    /^Error: thrown\n {4}at fail \(src\/a b\.ts:7:\d+\)\n {4}at <anonymous> \(src\/a b\.ts:13:\d+\)/,
  );
  assert.doesNotMatch(String(text), /eventual:/);
});

test("a logged stack names the TypeScript source", async (t) => {
  const sandbox = await openTestSandbox(t);
  const logger = await compiled();
  await sandbox.load(logger);
  const reply = done(await one(sandbox, request(logger, "w/a", [say("log")])));
  assert.match(reply.logs[0]?.text ?? "", /at fail \(src\/a b\.ts:7:\d+\)/);
});

test("how stacks are mapped does not change the hash of the commands", async (t) => {
  const sandbox = await openTestSandbox(t);
  const mapped = await compiled();
  const unmapped = { ...mapped, hash: "0", map: JSON.stringify({ version: 3, sources: [], names: [], mappings: "" }) };
  await sandbox.load(mapped);
  await sandbox.load(unmapped);
  const [first, second] = await sandbox.activate([
    request(mapped, "w/a", [say("throw")]),
    request(unmapped, "w/b", [say("throw")]),
  ]);
  assert.equal(done(first).commandsHash, done(second).commandsHash);
  assert.notDeepEqual(done(first).commands, done(second).commands);
});

test("an error at module evaluation names the TypeScript source", async (t) => {
  const sandbox = await openTestSandbox(t);
  const broken = await compiled(`\n\n(helpers: object) => {\n  null!.x;\n};`);
  await sandbox.load(broken);
  const reply = await one(sandbox, request(broken, "w/a", [say("go")]));
  assert.match(reply.kind === "suspend" ? reply.reason.message : "", /src\/a b\.ts:4:\d+/);
});

test("text without positions is given back as it is, and unknown positions stay", () => {
  const key = { map: JSON.stringify({ version: 3, sources: [], names: [], mappings: "" }) };
  assert.equal(mapText("at src/x.ts:1:2", key), "at src/x.ts:1:2");
  assert.equal(mapText("at f (eventual:program:9:9)", key), "at f (eventual:program:9:9)");
});

test("lines of the runtime go, with those of the engine's functions that it called; those that the program called stay", () => {
  const map = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });
  const lines = [
    "apply (native)",
    "call (native)",
    "run (eventual:guest:7:1)",
    "f (a.ts:1:2)",
    "map (native)",
    "g (a.ts:2:3)",
  ];
  const text = ["Error: no", ...lines.map((line) => `    at ${line}`)].join("\n");
  const told = "Error: no\n    at f (a.ts:1:2)\n    at map (native)\n    at g (a.ts:2:3)";
  assert.equal(mapText(text, { map }), told);
  assert.equal(mapText(JSON.stringify(text), { map }), JSON.stringify(told));
});

test("resume points in a text are told in words, unknown ones left as they are", () => {
  const program = {
    map: JSON.stringify({ version: 3, sources: [], names: [], mappings: "" }),
    resumePoints: {
      "src/a.ts#checkout@2": { words: "checkout (src/a.ts:12:5)", captures: ["$e1", "cart"], slots: ["$t0", "conn"] },
    },
  };
  const text = 'x\\n    at async eventual:resume:src/a.ts#checkout@2\\n    at async eventual:resume:src/b.ts#f@1"';
  assert.equal(
    mapText(text, program),
    'x\\n    at async checkout (src/a.ts:12:5)\\n    at async eventual:resume:src/b.ts#f@1"',
  );
});

test("the path to a value begins with the function, the place and the variable of the source", () => {
  const place = { words: "checkout (src/a.ts:12:5)", captures: ["$e1", "cart"], slots: ["$t0", "conn"] };
  const program = { map: "", resumePoints: { "src/a.ts#checkout@2": place } };
  const paths = {
    "frame src/a.ts#checkout@2 → slot 1 → .socket": "checkout (src/a.ts:12:5) → conn → .socket",
    "frame src/a.ts#checkout@2 → capture 1": "checkout (src/a.ts:12:5) → cart",
    "frame src/a.ts#checkout@2 → capture 0 → .total": "checkout (src/a.ts:12:5) → .total",
    "frame src/a.ts#checkout@2 → this → .socket": "checkout (src/a.ts:12:5) → this → .socket",
    "frame src/a.ts#checkout@3 → slot 1": "frame src/a.ts#checkout@3 → slot 1",
    "src/a.ts#cache.items": "src/a.ts#cache.items",
  };
  for (const [path, told] of Object.entries(paths)) assert.equal(mapPath(path, program), told);
});
