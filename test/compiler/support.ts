/** What the compiler's tests share: the fixtures' folders and comparison with their expected texts. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute folder of the fixtures: they stay with the sources. */
export const FIXTURES = join(findPackage(dirname(fileURLToPath(import.meta.url))), "test/compiler/fixtures");

/** The case folders of a group of fixtures, by name. */
export function fixtureCases(group: string): readonly string[] {
  return readdirSync(join(FIXTURES, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** Compares with the expected text in a file; with UPDATE=1 in the environment writes it instead. */
export function assertMatchesFile(actual: string, file: string): void {
  if (process.env.UPDATE === "1") writeFileSync(file, actual);
  assert.ok(existsSync(file), `${file} is missing: run the test with UPDATE=1 and review what it writes`);
  assert.equal(actual, readFileSync(file, "utf8"));
}

function findPackage(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : findPackage(dirname(folder));
}

/** Writes files, given by path relative to `folder`. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** The seed program: a workflow that waits and runs a task, which uses a module of its own. */
export const REMINDER: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "reminder", "type": "module" }',
  "src/main.ts": `import { workflow, task, duration } from "eventual";
import { emailClient } from "./email";
export const reminderWorkflow = workflow("reminder", async (email: string) => {
  while (true) {
    await duration(1, "day");
    await sendReminder(email);
  }
});
const sendReminder = task("sendReminder", async (email: string) => {
  await emailClient.send(email, "reminder message");
});
`,
  "src/email.ts": `import { appendFile } from "node:fs/promises";
export const emailClient = {
  send: (to: string, text: string) => appendFile("sent.txt", to + ": " + text + "\\n"),
};
`,
};
