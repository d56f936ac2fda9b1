/**
 * A program changes while an execution of it waits. The execution stays on its program and is never disturbed, across a
 * restart and a crash; a new one runs on the new program; and the compiler says whether the waiting one could move.
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { compareManifests } from "#compiler/diff/compare.js";
import { compile } from "#runtime/testing/compile.js";
import { TestEnvironment } from "#runtime/testing/environment.js";
import { temporaryFolder } from "../../support/temp.js";
import { BASE, CHANGES, type Change, RESULT } from "./versions.js";

async function versions(t: TestContext, { from, to }: Change): Promise<{ before: string; after: string }> {
  const changed = BASE.replace(from, to);
  assert.notEqual(changed, BASE);
  // Both are the same file of their projects: only then can they be compared.
  const write = async (text: string): Promise<string> => {
    const entry = join(await temporaryFolder(t), "main.ts");
    await writeFile(entry, text);
    return entry;
  };
  return { before: await write(BASE), after: await write(changed) };
}

for (const change of CHANGES) {
  test(`${change.what}: the waiting execution is not disturbed, and the verdict is "${change.verdict}"`, async (t) => {
    const { before, after } = await versions(t, change);
    const env = await TestEnvironment.create({ entry: before });
    t.after(() => env.close());
    const old = await env.start("main", 1, { name: "old" });
    await env.deploy(after);
    const fresh = await env.start("main", 1, { name: "new" });
    await env.restart();
    await env.crash();
    for (const flow of [old, fresh]) await flow.signal("go", 5);
    assert.deepEqual(await old.result(), RESULT);
    assert.deepEqual(await fresh.result(), change.result ?? RESULT);
    const moves = compareManifests((await compile(before)).manifest, (await compile(after)).manifest);
    const waiting = moves.find(({ point }) => point.includes("expectSignal")) ?? moves[1];
    assert.equal(waiting?.verdict, change.verdict, JSON.stringify(moves, null, 1));
  });
}
