/**
 * Goal: a module that mentions a class of the web platform gets it, in the form of its module system; nothing else changes.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "#compiler/build.js";
import { importWebGlobals } from "#compiler/program/web.js";
import { generateWithMap } from "#compiler/syntax/generate.js";
import { parseModule } from "#compiler/syntax/parse.js";
import { programSchema } from "#runtime/protocol/program.js";
import { temporaryFolder } from "../support/temp.js";
import { writeFiles } from "./support.js";

function provided(source: string): string {
  const tree = parseModule(source, "a.js", "unambiguous");
  importWebGlobals(tree);
  return generateWithMap(tree, source, "a.js").replace(/\n\/\/# sourceMappingURL=.*\n?$/, "");
}

test("a mention becomes an import, also as a property of globalThis", () => {
  assert.equal(
    provided("export const a = new URL(x);\nexport const b = typeof globalThis.Event, c = globalThis?.URL;"),
    [
      'import { URL } from "eventual:web/url";',
      'import { Event } from "eventual:web/events";',
      "export const a = new URL(x);",
      "export const b = typeof Event,",
      "  c = URL;",
    ].join("\n"),
  );
});

test("a CommonJS module requires it", () => {
  assert.equal(
    provided("module.exports = () => new AbortController();"),
    'const AbortController = require("eventual:web/abort").AbortController;\nmodule.exports = () => new AbortController();',
  );
});

test("the module's own names, writes and other properties stay", () => {
  for (const source of [
    "export const f = URL => new URL();",
    'import { Event } from "./mine.js";\nexport const e = new Event();',
    "globalThis.URL = 1;",
    "delete globalThis.Event;",
    "export const o = {\n  URL: 1\n}.URL;",
  ]) {
    assert.equal(provided(source), source);
  }
});

test("only what a program mentions is linked, and its own calls of a package for their effect are kept", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, {
    "package.json": '{ "type": "module" }',
    "node_modules/kit/package.json": '{ "name": "kit", "version": "1.0.0", "type": "module", "main": "./index.js" }',
    "node_modules/kit/index.js":
      "let on = false; export const enable = () => { on = true; }; export const isOn = () => on;",
    "node_modules/kit/index.d.ts": "export declare const enable: () => void; export declare const isOn: () => boolean;",
    "main.ts": `import { workflow } from "eventual";
import { enable, isOn } from "kit";
enable();
export const main = workflow("main", async () => isOn() && new AbortController().signal.aborted);
`,
  });
  const { program } = await build({ entry: join(folder, "main.ts") });
  const { manifest, guest } = programSchema.parse(JSON.parse(program?.text ?? ""));
  const ids = manifest.modules.map(({ id }) => id).filter((id) => id.startsWith("eventual:"));
  assert.deepEqual(
    ids,
    ["abort", "dom-exception", "events", "tag"].map((name) => `eventual:web/${name}.js`),
  );
  assert.match(guest.code, /\n\s*enable\(\);/);
});
