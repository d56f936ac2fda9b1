/**
 * Goal: a program is checked as its own tsconfig.json says, and what is wrong with it is shown at its place.
 * Method: small projects in temporary folders are built; the printed findings are compared.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "#compiler/build.js";
import { printDiagnostics } from "#compiler/diagnostics/print.js";
import { API_NAMES } from "#compiler/project/api.js";
import * as api from "#runtime/api/index.js";
import { temporaryFolder } from "../support/temp.js";
import { REMINDER, writeFiles } from "./support.js";

const MAIN =
  'import { workflow } from "eventual";\nexport const main = workflow("main", async (n: number) => n + 1);\n';

test("a type error is shown with TypeScript's code, its place and the code around it", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, {
    "package.json": "{}",
    "src/main.ts": `${MAIN}const text: string = 1;\nexport { text };\nexport const length = text.lenght;\n`,
  });
  const { diagnostics, program } = await build({ entry: join(folder, "src/main.ts") });
  assert.equal(program, undefined);
  assert.equal(
    printDiagnostics(diagnostics, { color: false }),
    `src/main.ts:3:7: error EV1004: Type 'number' is not assignable to type 'string'. (TS2322)

  2 | export const main = workflow("main", async (n: number) => n + 1);
> 3 | const text: string = 1;
    |       ^^^^
  4 | export { text };

  remedy: Correct the types: a program is built only when it type-checks.

src/main.ts:5:28: error EV1004: Property 'lenght' does not exist on type 'string'. Did you mean 'length'? (TS2551)

  4 | export { text };
> 5 | export const length = text.lenght;
    |                            ^^^^^^
  6 |

  remedy: Correct the types: a program is built only when it type-checks.

2 errors
`,
  );
});

test("type errors and breaches of the workflow rules are reported together, by line", async (t) => {
  const folder = await temporaryFolder(t);
  const body = 'import { workflow } from "eventual";\nexport const main = workflow("main", async () => {\n';
  await writeFiles(folder, {
    "main.ts": `${body}  await fetch("x");\n  const n: number = "";\n  return process.pid + n;\n});\n`,
  });
  const { diagnostics } = await build({ entry: join(folder, "main.ts") });
  assert.deepEqual(
    diagnostics.map(({ code, line }) => [code, line]),
    [
      ["EV2001", 3],
      ["EV1004", 4],
      ["EV2001", 5],
    ],
  );
});

test("a syntax error is reported once, without its echoes", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { "main.ts": `${MAIN}const one = ;\n` });
  const { diagnostics } = await build({ entry: join(folder, "main.ts") });
  assert.deepEqual(
    diagnostics.map(({ code, line, column, file }) => [code, file, line, column]),
    [["EV1003", "main.ts", 3, 13]],
  );
});

test("a missing entry is a fault that says what to name", async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(build({ entry: join(folder, "none.ts") }), { name: "Fault", code: "EV1001" });
  await assert.rejects(build({ entry: folder }), { name: "Fault", code: "EV1001" });
});

test("an entry that is no module is a fault", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { "data.json": "{}", "types.d.ts": "" });
  await assert.rejects(build({ entry: join(folder, "data.json") }), { code: "EV1001" });
  await assert.rejects(build({ entry: join(folder, "types.d.ts") }), { code: "EV1001" });
});

test("without a tsconfig.json the check is strict", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { "main.ts": `${MAIN}export const loose = (value) => value;\n` });
  const { diagnostics } = await build({ entry: join(folder, "main.ts") });
  assert.match(diagnostics[0]?.message ?? "", /implicitly has an 'any' type/);
});

test("the nearest tsconfig.json is honoured: strictness, paths, declared globals", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, {
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: false,
        target: "ES2022",
        module: "ESNext",
        moduleResolution: "bundler",
        declaration: true,
        composite: true,
        outDir: "out",
        paths: { "@lib/*": ["./lib/*"] },
      },
      include: ["globals.d.ts", "src"],
    }),
    "globals.d.ts": "declare const declaredHere: number;\n",
    "lib/add.ts": "export const add = (a, b) => a + b;\n",
    "src/main.ts": `import { add } from "@lib/add";\nimport { workflow } from "eventual";
export const main = workflow("main", async (n: number) => add(n, typeof declaredHere === "number" ? 1 : 2));\n`,
  });
  const { diagnostics, program } = await build({ entry: join(folder, "src/main.ts") });
  assert.deepEqual(diagnostics, []);
  assert.equal(program?.manifest.entry, "src/main.ts");
  assert.deepEqual(
    program?.manifest.modules.map(({ id }) => id),
    ["lib/add.ts", "src/main.ts"],
  );
});

test("another tsconfig can be named; one that does not exist is a fault", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, {
    "tsconfig.loose.json":
      '{ "compilerOptions": { "strict": false, "moduleResolution": "bundler", "module": "esnext" } }',
    "main.ts": `${MAIN}export const loose = (value) => value;\n`,
  });
  const entry = join(folder, "main.ts");
  assert.deepEqual((await build({ entry, tsconfig: join(folder, "tsconfig.loose.json") })).diagnostics, []);
  await assert.rejects(build({ entry, tsconfig: join(folder, "none.json") }), { code: "EV1002" });
});

test("a broken tsconfig.json is reported with its place", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { "tsconfig.json": '{ "compilerOptions": { "target": "ES1" } }', "main.ts": MAIN });
  const { diagnostics } = await build({ entry: join(folder, "main.ts") });
  assert.deepEqual(
    diagnostics.map(({ code, file, line }) => [code, file, line]),
    [["EV1002", "tsconfig.json", 1]],
  );
});

test("both names of the authoring API mean the same module", async (t) => {
  const folder = await temporaryFolder(t);
  const source = REMINDER["src/main.ts"]?.replace('"eventual"', '"@eventual/core"') ?? "";
  await writeFiles(folder, { ...REMINDER, "src/main.ts": source });
  const { diagnostics, program } = await build({ entry: join(folder, "src/main.ts") });
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    program?.manifest.tasks.map(({ name }) => name),
    ["sendReminder"],
  );
});

test("what only the original framework has is a finding that says what takes its place", async (t) => {
  const folder = await temporaryFolder(t);
  const source = `import { command, entity, search, workflow } from "@eventual/core";
import { TestEnvironment } from "@eventual/testing";
import { nothing } from "eventual";
export const main = workflow("main", async () => [command, entity, search, TestEnvironment, nothing].length);
`;
  await writeFiles(folder, { ...REMINDER, "src/main.ts": source });
  const { diagnostics, program } = await build({ entry: join(folder, "src/main.ts") });
  assert.equal(program, undefined);
  const remedies = diagnostics.map(({ line, column, remedy }) => `${line}:${column} ${remedy}`).sort();
  const expected = [
    /^1:10 .*HTTP/,
    /^1:19 .*in a task/,
    /^1:27 .*original\.md/,
    /^2:33 .*eventual\/testing/,
    /^3:10 Correct/,
  ];
  assert.equal(remedies.length, expected.length, remedies.join("\n"));
  for (const [n, pattern] of expected.entries()) assert.match(remedies[n] ?? "", pattern);
});

test("programs can import exactly what the authoring API exports", () => {
  assert.deepEqual([...API_NAMES], Object.keys(api).sort());
});
