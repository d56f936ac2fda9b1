/**
 * The catalogue of errors is whole: each code that the sources can give has a page, each page a code, and
 * docs/errors.md lists them all. UPDATE=1 writes the list anew.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = readdirSync(join(root, "docs/errors"))
  .filter((name) => /^EV\d{4}\.md$/.test(name))
  .sort();

const AREAS: readonly (readonly [prefix: string, title: string])[] = [
  ["EV1", "Source and types"],
  ["EV2", "What workflow code may do"],
  ["EV3", "Lowering and linking"],
  ["EV4", "Packaging and executables"],
  ["EV5", "Sandbox and guest runtime"],
  ["EV6", "Database"],
  ["EV7", "Tasks and authoring API"],
  ["EV8", "Engine, clients, command line"],
  ["EV9", "Defects and installation"],
];

function titleOf(page: string): string {
  const first = readFileSync(join(root, "docs/errors", page), "utf8").split("\n", 1)[0] ?? "";
  const match = /^# (EV\d{4}): (.+)$/.exec(first);
  assert.ok(match && `${match[1]}.md` === page, `${page} begins with "# ${page.slice(0, 6)}: <title>"`);
  return match[2]!;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(root, folder, name), "utf8"));
}

test("every code that the sources can give has a page, and every page a code", () => {
  const used = new Set<string>();
  for (const text of [...sources("compiler"), ...sources("runtime")]) {
    for (const [, code] of text.matchAll(/["'`](?:error )?(EV\d{4})\b/g)) used.add(`${code}.md`);
  }
  assert.deepEqual([...used].sort(), pages);
});

test("docs/errors.md lists the pages by area", () => {
  const lines = ["# Errors", "", "Every refusal has a stable code, says what, where and why, and what to do.", ""];
  for (const [prefix, title] of AREAS) {
    lines.push(`## ${title}`, "");
    for (const page of pages.filter((name) => name.startsWith(prefix))) {
      lines.push(`- [${page.slice(0, 6)}](errors/${page}) ${titleOf(page)}`);
    }
    lines.push("");
  }
  const file = join(root, "docs/errors.md");
  const text = lines.join("\n");
  if (process.env.UPDATE) writeFileSync(file, text);
  assert.ok(existsSync(file));
  assert.equal(readFileSync(file, "utf8"), text);
});

/** Every document of the repository, but the API reference, whose links typedoc checks. */
function documents(): string[] {
  const inFolders = ["docs", "examples"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  );
  const all = ["README.md", "ARCHITECTURE.md", ...inFolders.filter((file) => file.endsWith(".md"))];
  return all.filter((file) => !file.startsWith("docs/api/") && !file.includes("node_modules/"));
}

/** A document's text without its blocks of code. */
function proseOf(document: string): string {
  return readFileSync(join(root, document), "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
}

/** What a document's headings are linked by. */
function anchorsOf(document: string): Set<string> {
  const headings = [...proseOf(document).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) => title);
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

test("links and pictures of the documents lead to files, and their anchors to headings", () => {
  const dead: string[] = [];
  let anchors = 0;
  for (const name of documents()) {
    const text = proseOf(name);
    const targets = [...text.matchAll(/\]\(([^)]+)\)/g), ...text.matchAll(/\b(?:src|srcset)="([^"]+)"/g)];
    for (const [, target = ""] of targets) {
      if (/^https?:/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? name : join(dirname(name), path);
      if (!existsSync(join(root, file))) dead.push(`${name}: ${target}`);
      else if (anchor !== undefined && file.endsWith(".md")) {
        anchors += 1;
        if (!anchorsOf(file).has(anchor)) dead.push(`${name}: ${target}`);
      }
    }
    for (const [, path = ""] of text.matchAll(/`((?:compiler|runtime|test|examples)\/[\w./-]+)`/g)) {
      if (!existsSync(join(root, path))) dead.push(`${name} names ${path}`);
    }
  }
  assert.deepEqual(dead, []);
  assert.ok(anchors > 10, `${anchors} anchors`);
});

test("each line about faults names tests that there are", () => {
  const text = readFileSync(join(root, "docs/faults.md"), "utf8");
  const named = [...text.matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[^)]+)\)/g)];
  assert.ok(named.length > 50, `${named.length} tests`);
  for (const [, words = "", path = ""] of named) {
    assert.ok(readFileSync(join(root, path), "utf8").includes(words), `${path} has no test "${words}"`);
  }
  const lines = text.split("\n").filter((line) => /^\| (?!What breaks)/.test(line));
  for (const line of lines) assert.match(line, /\]\(\.\.\/test\//, `no test: ${line}`);
});
