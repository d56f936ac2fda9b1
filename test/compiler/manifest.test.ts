/**
 * Goal: functions and resume points are found again in later versions of a program, and `eventualc diff` says what moves.
 * Method: two versions of a small program are built; the manifests are compared, and the command is run on the files.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type BuildResult, build } from "#compiler/build.js";
import { compareManifests } from "#compiler/diff/compare.js";
import { writeWhole } from "#compiler/program/write.js";
import { type FunctionEntry, type Manifest, manifestSchema } from "#runtime/protocol/program.js";
import { temporaryFolder } from "../support/temp.js";
import { writeFiles } from "./support.js";

const COMMAND = fileURLToPath(new URL("../../eventualc", import.meta.url));

const BEFORE = `import { duration, task, workflow } from "eventual";
const charge = task("charge", async (cents: number) => cents);
const ship = task("ship", async (item: string) => item);

export const order = workflow("order", async (cents: number) => {
  let total = 0;
  try {
    total += await charge(cents);
    await ship("book");
  } finally {
    await duration(1, "day");
  }
  for (const item of ["a", "b"]) {
    await ship(item);
    await ship(item);
  }
  return total;
});
`;

async function manifestOf(t: TestContext, text: string): Promise<Manifest> {
  const folder = await temporaryFolder(t);
  return (await built(folder, text)).program?.manifest ?? assert.fail("it was not built");
}

async function built(folder: string, text: string): Promise<BuildResult> {
  await writeFiles(folder, { "package.json": "{}", "main.ts": text });
  return build({ entry: join(folder, "main.ts") });
}

function workflowIn({ modules }: Manifest): FunctionEntry {
  const found = modules.flatMap(({ functions }) => functions).find(({ id }) => id.includes("workflow(order)"));
  return found ?? assert.fail("there is no such function");
}

/** Verdict and lines of each place. */
async function moves(t: TestContext, change: (text: string) => string): Promise<readonly string[]> {
  const after = change(BEFORE);
  assert.notEqual(after, BEFORE);
  const compared = compareManifests(await manifestOf(t, BEFORE), await manifestOf(t, after));
  return compared.map(({ verdict, from, to }) => `${verdict} ${from.line} ${to?.line ?? "-"}`);
}

test("resume points have ids of their own, by kind, operand, region and number among equals", async (t) => {
  const { points, hash } = workflowIn(await manifestOf(t, BEFORE));
  assert.match(hash, /^[0-9a-f]{12}$/);
  assert.deepEqual(
    points.map(({ id, region, position }) => [id.replace(/:[0-9a-f]{12}/, ""), region, position.line]),
    [
      ["await/try", "try", 8],
      ["await/try", "try", 9],
      ["await/finally", "finally", 11],
      ["await/for-of", "for-of", 14],
      ["await/for-of~2", "for-of", 15],
    ],
  );
  assert.equal(new Set(points.map(({ id }) => id)).size, points.length);
});

test("a manifest is what its schema says, and reads back as itself", async (t) => {
  const manifest = await manifestOf(t, BEFORE);
  assert.deepEqual(manifestSchema.parse(JSON.parse(JSON.stringify(manifest))), manifest);
});

test("comments, types, quotes, parentheses and lines change nothing but places", async (t) => {
  const change = (text: string) =>
    text
      .replace("let total = 0;", "// the sum\n\n  let total: number = (0);")
      .replace('await ship("book")', "await /* of books */ ship('book' as string)");
  assert.deepEqual(await moves(t, change), ["same 8 10", "same 9 11", "same 11 13", "same 14 16", "same 15 17"]);
});

test("code around a place may change as long as the place finds what it needs", async (t) => {
  const change = (text: string) => text.replace("return total;", "return total + 1;");
  assert.deepEqual(await moves(t, change), ["moves 8 8", "moves 9 9", "moves 11 11", "moves 14 14", "moves 15 15"]);
});

test("a changed operand, another region and a new variable hold executions back", async (t) => {
  const operand = (text: string) => text.replace('ship("book")', 'ship("pen")');
  assert.deepEqual((await moves(t, operand))[1], "stays 9 -");
  const region = (text: string) => text.replace("    await ship(item);\n", "    try { await ship(item); } catch {}\n");
  assert.deepEqual((await moves(t, region)).slice(3), ["moves 14 15", "stays 15 -"]);
  const variable = (text: string) =>
    text
      .replace("let total = 0;", "let total = 0; const rate = cents / 2;")
      .replace("return total", "return total + rate");
  assert.deepEqual(await moves(t, variable), ["stays 8 -", "stays 9 -", "stays 11 -", "stays 14 -", "stays 15 -"]);
});

const MANY = `import { duration, task, workflow } from "eventual";
const charge = task("charge", async (cents: number) => cents);

class Cart {
  #items: string[] = [];
  async add(item: string) {
    await duration(1);
    this.#items.push(item);
    return () => this.#items.length;
  }
  static async open(sizes: number[]) {
    const opened = [];
    for (const size of sizes) opened.push(await charge(size));
    return opened;
  }
}

async function* prices(cart: Cart) {
  for (const cents of [1, 2]) {
    const each = await charge(cents);
    yield (await cart.add("x"))() + each;
  }
}

function unrelated(value: number) {
  const twice = value * 2;
  return twice;
}

export const order = workflow("order", async () => {
  const cart = new Cart();
  const later = async (n: number) => {
    await duration(n);
    return unrelated(n);
  };
  let sum = 0;
  for await (const price of prices(cart)) sum += price;
  const [a, b] = await Promise.all([later(1), later(2)]);
  return sum + a + b + (await Cart.open([1])).length;
});
`;

/** What executions hold on to: of each function its id, and of each place its id, its variables and its region. */
function anchors({ modules }: Manifest): ReadonlyMap<string, unknown> {
  const functions = modules.flatMap((module) => module.functions);
  return new Map(
    functions.map(({ id, points, captures, params }) => [
      id,
      {
        captures,
        params,
        points: points.map(({ id: point, slots, locals, region }) => ({ point, slots, locals, region })),
      },
    ]),
  );
}

test("edits elsewhere leave the ids of functions, places and variables as they are", async (t) => {
  const edits: readonly ((text: string) => string)[] = [
    (text) => `// a line\n\n${text}`,
    (text) =>
      text.replace("class Cart", "async function added() {\n  await duration(5);\n}\nexport { added };\n\nclass Cart"),
    (text) =>
      text.replace(
        "class Cart",
        "class Other {\n  async add() {\n    await duration(2);\n  }\n}\nexport { Other };\n\nclass Cart",
      ),
    (text) =>
      text.replace("  static async open", "  async before() {\n    await duration(3);\n  }\n  static async open"),
    (text) => text.replace("const twice = value * 2;", "const cart = value;\n  const twice = cart + value;"),
    (text) =>
      text.replace(
        "function unrelated",
        "const shared = [1].map((n) => n + 1);\nexport { shared };\nfunction unrelated",
      ),
    (text) =>
      text.replace(
        "return sum + a + b +",
        "const more = [a, b].map((n) => n * 2);\n  return more.length + sum + a + b +",
      ),
    (text) => text.replaceAll("  ", "\t"),
  ];
  const before = anchors(await manifestOf(t, MANY));
  assert.equal(before.size, 6);
  let text = MANY;
  for (const edit of edits) {
    const edited = edit(text);
    assert.notEqual(edited, text);
    text = edited;
    const after = anchors(await manifestOf(t, text));
    for (const [id, anchor] of before) assert.deepEqual(after.get(id), anchor, `${id} after ${edit}`);
  }
});

test("temporaries hold an execution back when their statement changes", async (t) => {
  const change = (text: string) => text.replace("total += await charge(cents)", "total += 1 + (await charge(cents))");
  assert.equal((await moves(t, change))[0], "stays 8 -");
});

test("a pinned place is found whatever it awaits, and a pinned function whatever its name", async (t) => {
  const pinned = BEFORE.replace('    await ship("book")', '    /* @eventual at="shipped" */\n    await ship("book")');
  const other = pinned.replace('ship("book")', 'ship("pen")');
  const [first, second] = [await manifestOf(t, pinned), await manifestOf(t, other)];
  const shipped = compareManifests(first, second).find(({ point }) => point === "at:shipped");
  assert.equal(shipped?.verdict, "moves");

  const helper = (name: string) =>
    `import { duration, workflow } from "eventual";\n/* @eventual id=waiting */\nexport const ${name} = async () => {\n  await duration(1);\n};\nexport const order = workflow("order", async () => ${name}());\n`;
  const [a, b] = [await manifestOf(t, helper("pause")), await manifestOf(t, helper("rest"))];
  const waiting = compareManifests(a, b).find(({ function: id }) => id === "main.ts#@waiting");
  assert.equal(waiting?.verdict, "same");
});

test("a pin that stands twice is refused at its place", async (t) => {
  const text = BEFORE.replaceAll("    await ship(item);", '    /* @eventual at="sent" */\n    await ship(item);');
  const { diagnostics } = await built(await temporaryFolder(t), text);
  assert.deepEqual(
    diagnostics.map(({ code, file, line, column }) => [code, file, line, column]),
    [["EV2038", "main.ts", 16, 5]],
  );
});

test("classes are listed with their fields, private names and computed keys", async (t) => {
  const text = `${BEFORE}export class Cart extends Array<string> {
  owner = "";
  #secret = 1;
  static made = 0;
  ["total"](): number { return this.#secret; }
}
export const use = workflow("use", async () => new Cart().length);
`;
  const { modules } = await manifestOf(t, text);
  const classes = modules
    .flatMap((module) => module.classes)
    .map(({ hash, ...rest }) => ({ ...rest, hashed: hash !== "" }));
  assert.deepEqual(classes, [
    {
      id: "main.ts#class Cart",
      name: "Cart",
      fields: ["owner"],
      privateNames: ["secret"],
      computedKeys: 1,
      derived: true,
      hashed: true,
    },
  ]);
});

test("environment records are listed with their fields", async (t) => {
  const text = `import { duration, workflow } from "eventual";
export const order = workflow("order", async () => {
  let n = 0;
  const add = () => { n++; };
  await duration(1);
  add();
  return n;
});
`;
  const [module] = (await manifestOf(t, text)).modules;
  assert.deepEqual(
    module?.environments.map(({ fields }) => fields),
    [["n"]],
  );
});

test("eventualc diff prints a table, or JSON, and its exit code says whether something stays", async (t) => {
  const folder = await temporaryFolder(t);
  for (const [name, text] of [
    ["old.evp", BEFORE],
    ["new.evp", BEFORE.replace('ship("book")', 'ship("pen")')],
  ] as const) {
    await writeWhole(join(folder, name), (await built(folder, text)).program?.text ?? "");
  }
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [COMMAND, "diff", ...args], { cwd: folder, encoding: "utf8" });
  const table = run("old.evp", "new.evp");
  assert.equal(table.status, 1, table.stderr);
  assert.match(table.stdout, /^VERDICT +WAITS AT +GOES ON AT +FUNCTION +WHY\nmoves +main\.ts:8:14 +8:14 /);
  assert.match(table.stdout, /\nstays +main\.ts:9:5 +- +.* the new function does not wait at such a place\n/);
  assert.match(table.stdout, /\n0 same, 4 move, 1 stay\n$/);
  const json = run("old.evp", "old.evp", "--json");
  assert.equal(json.status, 0);
  assert.equal(JSON.parse(json.stdout).points.length, 5);
  const none = run("old.evp", "none.evp");
  assert.equal(none.status, 2);
  assert.match(none.stderr, /error EV3005: none\.evp does not exist/);
});
