/**
 * Goal: the example on a rule's page is right: the compiler reports the code on the lines that carry it, and nothing else.
 * Method: each page's ```ts block is a file of one project; names of the API that it uses without an import are imported.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checkProgram } from "#compiler/check/program.js";
import { titleOf } from "#compiler/diagnostics/catalogue.js";
import { openProject, type Project } from "#compiler/project/project.js";
import { loadModules } from "#compiler/split/graph.js";
import { splitSide } from "#compiler/split/split.js";
import { FIXTURES, writeFiles } from "./support.js";

const PAGES = join(FIXTURES, "../../../docs/errors");
const API = ["condition", "duration", "signal", "task", "workflow", "type WorkflowContext"];
/** What the examples import. */
const BESIDE = {
  "package.json": '{ "name": "pages" }',
  "plan.ts": "export const plan = 1;\n",
  "files.d.ts": 'declare module "*.html" { const text: string; export default text; }\n',
  "tsconfig.json": JSON.stringify({
    compilerOptions: { strict: true, target: "ES2023", module: "ESNext", moduleResolution: "Bundler" },
    include: ["*.d.ts"],
  }),
};

/** Examples of constructs that are refused only for now are fragments. */
const codes = readdirSync(PAGES)
  .filter((name) => /^EV2\d{3}\.md$/.test(name))
  .map((name) => name.slice(0, 6))
  .filter((code) => !/ not supported|does not exist in workflow code$/.test(titleOf(code)) || code === "EV2001")
  // Found by the lowering: manifest.test.ts.
  .filter((code) => code !== "EV2038");

function example(code: string): string {
  const text = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(PAGES, `${code}.md`), "utf8"))?.[1] ?? "";
  if (/from "eventual"/.test(text)) return text;
  const used = API.filter((name) => new RegExp(`\\b${name.replace("type ", "")}\\b`).test(text));
  // On the same line, so that the lines of the page stay.
  return `import { ${used.join(", ")} } from "eventual"; ${text}`;
}

let folder: string;
let project: Project;
let facts: ReturnType<Project["typeCheck"]>;

before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "eventual-")));
  await writeFiles(folder, BESIDE);
  for (const code of codes) await writeFiles(folder, { [`${code}.ts`]: example(code) });
  await writeFiles(folder, { "index.ts": codes.map((code) => `import "./${code}";\n`).join("") });
  project = openProject(join(folder, "index.ts"));
  facts = project.typeCheck();
});
after(() => rm(folder, { recursive: true }));

test("the examples type-check", () => {
  assert.deepEqual(
    facts.diagnostics.map(({ file, line, message }) => `${file}:${line} ${message}`),
    [],
  );
});

for (const code of codes) {
  test(`the example of ${code} is reported where its page says`, () => {
    const entry = join(folder, `${code}.ts`);
    const { graph, diagnostics } = loadModules({ ...project, entry });
    assert.deepEqual(diagnostics, []);
    const found = checkProgram(graph, splitSide(graph, "guest"), facts.facts).diagnostics;
    const marked = example(code)
      .split("\n")
      .flatMap((line, i) => (line.includes(`// ${code}`) ? [`${code} ${i + 1}`] : []));
    assert.notEqual(marked.length, 0);
    assert.deepEqual(
      found.map((each) => `${each.code} ${each.line}`),
      marked,
    );
  });
}
