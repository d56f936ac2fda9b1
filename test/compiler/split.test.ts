/**
 * Goal: each side of a program keeps what it needs and nothing that only the other needs.
 * Method: each folder of fixtures/split is split; the text of its modules is compared with guest.txt and host.txt.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openProject } from "#compiler/project/project.js";
import { loadModules } from "#compiler/split/graph.js";
import { splitSide } from "#compiler/split/split.js";
import { generateText } from "#compiler/syntax/generate.js";
import { assertMatchesFile, FIXTURES, fixtureCases } from "./support.js";

for (const name of fixtureCases("split")) {
  for (const side of ["guest", "host"] as const) {
    test(`${name}: the ${side} has what it needs`, () => {
      const folder = join(FIXTURES, "split", name);
      const { graph, diagnostics } = loadModules(openProject(join(folder, "main.ts")));
      assert.deepEqual(diagnostics, []);
      const texts = [...splitSide(graph, side).values()].map(
        ({ source, tree }) => `// ---- ${source.id}\n${generateText(tree)}\n`,
      );
      assertMatchesFile(texts.join("\n"), join(folder, `${side}.txt`));
    });
  }
}
