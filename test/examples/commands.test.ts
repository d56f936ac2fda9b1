/**
 * What the documents tell to type is typed, in order, in a folder as their reader has it, and what they show is what one
 * sees. Each ```sh block of README.md and docs is in a document that is followed by a test; ```bash blocks are not typed,
 * and counted here with the reason.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { BLOCK, followDocument, ROOT } from "../support/document.js";
import { temporaryFolder } from "../support/temp.js";

const HELLO = `import { duration, task, workflow } from "eventual";
export const hello = workflow("hello", async (name: string) => {
  await duration(1, "day");
  return await greet(name);
});
const greet = task("greet", async (name: string) => \`Good morning, \${name}!\`);
`;

/** What the reader has when coming to a document. `make build` has been done, for all of them. */
const BUILT = 'make() { test "$*" = build; }\n';
const READERS: Readonly<Record<string, (folder: string) => string>> = {
  "README.md": checkout,
  "docs/install.md": (folder) => `export HOME="$PWD/home"\n${checkout(folder)}`,
  "docs/guide.md": () => "",
  "docs/guide/versions.md": () => "",
  "docs/cli.md": () => "",
  "docs/http.md": orders,
  "docs/embedding.md": orders,
  "docs/packaging.md": project,
  "docs/security.md": project,
  "docs/dashboard.md": project,
};
const FOLLOWED_ELSEWHERE = ["docs/tutorial.md"];

/** How many blocks of a document are for another situation, and which. */
const NOT_TYPED: Readonly<Record<string, readonly [count: number, why: string]>> = {
  "README.md": [1, "they run all tests"],
  "docs/cli.md": [1, "a server elsewhere"],
  "docs/install.md": [2, "packages from the registry, an addon for another machine"],
  "docs/packaging.md": [1, "a compiler for another processor"],
  "docs/tutorial.md": [1, "packages from the registry"],
};

/** A folder with the package and a program of the reader's own. */
function project(folder: string): string {
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "src/main.ts"), HELLO);
  return "eventualc build src/main.ts -o app.evp > built.txt";
}

/** A checkout in which the reader's own program lies as well. */
function checkout(folder: string): string {
  for (const name of ["dist", "examples"]) symlinkSync(join(ROOT, name), join(folder, name));
  return project(folder);
}

/** The program of the command line's page. */
function orders(folder: string): string {
  const page = readFileSync(join(ROOT, "docs/cli.md"), "utf8");
  const [, , , code = ""] = [...page.matchAll(BLOCK)].find(([, , file]) => file === "orders.ts") ?? [];
  writeFileSync(join(folder, "orders.ts"), code);
  return "eventualc build orders.ts -o orders.evp > built.txt";
}

describe("documents", { concurrency: 2 }, () => {
  for (const [document, prepare] of Object.entries(READERS)) {
    test(document, async (t) => {
      const folder = await temporaryFolder(t);
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(ROOT, join(folder, "node_modules/eventual"));
      await followDocument(join(ROOT, document), folder, { before: BUILT + prepare(folder) });
    });
  }
});

test("every command of the documents is typed, or it is said why not", () => {
  const documents = ["", "guide/"].flatMap((folder) =>
    readdirSync(join(ROOT, "docs", folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${folder}${name}`),
  );
  for (const document of ["README.md", ...documents]) {
    const languages = [...readFileSync(join(ROOT, document), "utf8").matchAll(/^```(\w*)/gm)].map(([, name]) => name);
    const { length: untyped } = languages.filter((name) => name === "bash");
    assert.equal(untyped, NOT_TYPED[document]?.[0] ?? 0, `blocks of ${document} that are not typed`);
    const isFollowed = document in READERS || FOLLOWED_ELSEWHERE.includes(document);
    assert.ok(isFollowed || !languages.includes("sh"), `${document} has commands and is not followed`);
  }
});
