/**
 * The documents' examples are code: each ```ts block in the doc comments of runtime/api, in README.md, docs/guide.md and
 * docs/guide type-checks, and those that define a workflow build and run on the real engine with a virtual clock.
 *
 * An example gets an import of the API names that it uses, unless it has one, and a stub of each name that it leaves to
 * the reader: a declaration that the reader would have in another place of the program.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "#compiler/build.js";
import { printDiagnostics } from "#compiler/diagnostics/print.js";
import { API_NAMES } from "#compiler/project/api.js";
import { openProject } from "#compiler/project/project.js";
import { virtualClock } from "#runtime/engine/clock.js";
import { openRuntime } from "#runtime/engine/open.js";
import { type Program, programSchema } from "#runtime/protocol/program.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { ROOT } from "../support/root.js";
import { temporaryFolder } from "../support/temp.js";
import { GUIDE_RUNS, type Run } from "./guide-runs.js";

const DAY_MS = 86_400_000;
const GUIDE = readdirSync(join(ROOT, "docs/guide"));
const START = Date.UTC(2026, 0, 1);

/** What examples leave to the reader. `declare` where an example only type-checks. */
const STUBS: Readonly<Record<string, string>> = {
  sendReminder:
    'const sendReminder = task("sendReminder", async (email: string) => { await emailClient.send(email, ""); });',
  emailClient: 'import { emailClient } from "./email-client";',
  Order: "interface Order { readonly item: string; readonly total: number }",
  order: "declare const order: Order;",
  context: 'declare const context: import("eventual").TaskContext;',
  bank: "declare const bank: { charge(total: number, options: { idempotencyKey: string }): Promise<string> };",
  provider: "declare const provider: { charge(cents: number, options: { idempotencyKey: string }): Promise<void> };",
  approved: 'declare const approved: import("eventual").Signal<void>;',
  approve: 'declare const approve: import("eventual").Signal<void>;',
  approvals: "declare let approvals: number;",
  askAccounting: "declare const askAccounting: (order: Order) => Promise<void>;",
  executionId: "declare const executionId: string;",
  work: "declare const work: () => Promise<void>;",
  everything: "declare const everything: () => Promise<void>;",
  releaseRoom: "declare const releaseRoom: () => Promise<void>;",
  stop: 'declare const stop: import("eventual").Signal<void>;',
  charge: "declare const charge: (order: Order) => Promise<void>;",
  total: "declare const total: number;",
  refund: "declare const refund: (order: Order) => Promise<void>;",
  ship: "declare const ship: (order: Order) => Promise<void>;",
  recall: "declare const recall: (order: Order) => Promise<void>;",
  orderPlaced: 'declare const orderPlaced: import("eventual").Signal<{ id: string }>;',
  Item: "interface Item { readonly sku: string; readonly count: number }",
  itemAdded: 'declare const itemAdded: import("eventual").Signal<Item>;',
  cart: "declare const cart: Item[];",
};

/** The host code that examples import. */
const EMAIL_CLIENT = (mailbox: string) => `import { appendFile } from "node:fs/promises";
export const emailClient = {
  send: (to: string, text: string) => appendFile(${JSON.stringify(mailbox)}, to + ": " + text + "\\n"),
};
`;

/** What each workflow of the examples must do, by its name. */
const RUNS: Readonly<Record<string, Run>> = {
  reminder: { input: "ada@example.org", days: 30.5, mails: 30 },
  hello: { input: "Ada", days: 1, result: "Good morning, Ada!" },
  order: {
    input: { item: "book", cents: 1200 },
    signals: [
      { day: 1, signal: "approve", payload: { by: "Ada" } },
      { day: 2, signal: "approve", payload: { by: "Bob" } },
    ],
    days: 2,
    result: { status: "paid", receipt: "book for 1200 cents", approvedBy: ["Ada", "Bob"] },
  },
  checkout: { input: "order 7", days: 0, result: "order 7, attempt 1" },
  report: { input: "full", days: 0, result: "full" },
  patient: { input: "Oslo", days: 1, result: "no forecast" },
  two: { input: undefined, days: 1, result: [10, 20] },
};

interface Example {
  /** `README.md:5` */
  readonly place: string;
  readonly text: string;
}

function examplesIn(path: string): Example[] {
  const found: Example[] = [];
  let block: { line: number; lines: string[] } | undefined;
  for (const [index, line] of readFileSync(join(ROOT, path), "utf8").split("\n").entries()) {
    const content = path.endsWith(".ts") ? line.replace(/^\s*\* ?/, "") : line;
    if (block !== undefined && content.startsWith("```")) {
      found.push({ place: `${path}:${block.line}`, text: block.lines.join("\n") });
      block = undefined;
    } else if (block !== undefined) block.lines.push(content);
    else if (content.startsWith("```ts")) block = { line: index + 1, lines: [] };
  }
  assert.equal(block, undefined, `${path} ends inside an example`);
  return found;
}

/** Code without comments and string contents, where a name is a use of it. */
function codeOnly(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"/g, '""').replace(/\/\/.*|\/\*[\s\S]*?\*\//g, "");
}

/** True when the code uses `name` as a variable or type, which it does not declare itself. */
function lacks(code: string, name: string): boolean {
  const declared = new RegExp(
    `\\b(?:const|let|function|class|interface|type)\\s+${name}\\b|import\\s*\\{[^}]*\\b${name}\\b`,
  );
  return new RegExp(`(?<![.\\w])${name}\\b(?!\\s*:)`).test(code) && !declared.test(code);
}

/** The example with what it leaves out. A line that ends with `// in …` stands in a place of its own. */
function complete(text: string): string {
  let whole = text.replace(/^(\S.*;) +(\/\/ in .*)$/gm, "{ $1 } $2");
  for (;;) {
    const [name, stub] = Object.entries(STUBS).find(([name]) => lacks(codeOnly(whole), name)) ?? [];
    if (name === undefined) break;
    whole = `${stub}\n${whole}`;
  }
  if (/^import .* from "eventual"/m.test(text)) return whole;
  const names = API_NAMES.filter((name) => lacks(codeOnly(whole), name));
  return `import { ${names.join(", ")} } from "eventual";\n${whole}\nexport {};\n`;
}

const examples = [
  ...readdirSync(join(ROOT, "runtime/api")).map((name) => `runtime/api/${name}`),
  "README.md",
  "docs/guide.md",
  ...GUIDE.map((page) => `docs/guide/${page}`),
].flatMap(examplesIn);
const withWorkflow = examples.filter(({ text }) => /\bworkflow\(/.test(codeOnly(text)));

function fileName({ place }: Example): string {
  return `${place.replaceAll(/[^\w]+/g, "-")}.ts`;
}

/** Writes the examples and what they import into `folder`. */
async function writeExamples(folder: string, some: readonly Example[]): Promise<void> {
  // The packages that they use.
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "email-client.ts"), EMAIL_CLIENT(join(folder, "mailbox.txt")));
  for (const example of some) await writeFile(join(folder, fileName(example)), complete(example.text));
}

test("the documents have examples", () => {
  for (const document of ["README.md", "runtime/api/index.ts", "docs/guide.md"]) {
    assert.ok(
      withWorkflow.some(({ place }) => place.startsWith(document)),
      `${document} shows a workflow`,
    );
  }
});

test("each page of the guide shows a workflow, and the guide lists it", () => {
  const guide = readFileSync(join(ROOT, "docs/guide.md"), "utf8");
  for (const page of GUIDE) {
    assert.ok(
      withWorkflow.some(({ place }) => place.startsWith(`docs/guide/${page}`)),
      page,
    );
    assert.ok(guide.includes(`](guide/${page})`), `docs/guide.md lists ${page}`);
  }
});

test("every example type-checks", async (t) => {
  const folder = await temporaryFolder(t);
  await writeExamples(folder, examples);
  const entry = join(folder, "all.ts");
  await writeFile(entry, examples.map((example) => `import "./${fileName(example)}";\n`).join(""));
  assert.equal(printDiagnostics(openProject(entry).typeCheck().diagnostics, { color: false }), "");
});

for (const example of withWorkflow) {
  test(`the workflows in ${example.place} build and run`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeExamples(folder, [example]);
    const { program, diagnostics } = await build({ entry: join(folder, fileName(example)) });
    assert.ok(program, printDiagnostics(diagnostics, { color: false }));
    const compiled = programSchema.parse(JSON.parse(program.text));
    for (const { name } of program.manifest.workflows) {
      const run = runOf(example, name);
      assert.ok(run, `RUNS says nothing about the workflow "${name}"`);
      await assertRuns(compiled, name, run, folder);
    }
  });
}

function runOf({ place }: Example, workflow: string): Run | undefined {
  const page = /^docs\/guide\/(.+)\.md:/.exec(place)?.[1];
  return page === undefined ? RUNS[workflow] : GUIDE_RUNS[page]?.[workflow];
}

async function assertRuns(program: Program, workflow: string, run: Run, folder: string): Promise<void> {
  const clock = virtualClock(START, START);
  const problems: unknown[] = [];
  const runtime = await openRuntime({ database: ":memory:", clock, report: (problem) => problems.push(problem) });
  try {
    await runtime.deploy(program, folder);
    const { executionId } = await runtime.start({ workflow, name: "example", input: encode(run.input) });
    for (const { day, signal, payload } of run.signals ?? []) {
      await clock.advanceTo(START + day * DAY_MS);
      await runtime.signal(executionId, signal, encode(payload));
    }
    await clock.advanceTo(START + run.days * DAY_MS);
    await runtime.idle();
    const { status, outcome } = await runtime.show(executionId);
    const shown = outcome === undefined ? undefined : decode(outcome.ok ? outcome.value : outcome.error);
    assert.deepEqual(
      { status, shown },
      {
        status: "result" in run ? "SUCCEEDED" : "IN_PROGRESS",
        shown: run.result,
      },
    );
    assert.deepEqual(problems, []);
  } finally {
    await runtime.close();
  }
  const mailbox = join(folder, "mailbox.txt");
  const mails = existsSync(mailbox) ? readFileSync(mailbox, "utf8").trimEnd().split("\n").length : 0;
  assert.equal(mails, run.mails ?? 0, "mails sent");
}
