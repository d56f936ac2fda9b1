/**
 * Goal: what an execution did is kept with the commits that decide it, within bounds, and can be read beside the engine.
 * Method: commits through the store, read by `examine`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Examination, examine } from "#runtime/store/sqlite/examine.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Store, Write } from "#runtime/store/store.js";
import { temporaryFolder } from "../support/temp.js";
import { append, checkpoint, close, NOW, populate, task } from "./sample.js";

async function open(t: TestContext): Promise<{ store: Store; file: Examination }> {
  const path = join(await temporaryFolder(t), "a.db");
  const store = await openStore(path);
  await populate(store, 2);
  const file = await examine(path);
  t.after(async () => {
    await file.close();
    await store.close();
  });
  return { store, file };
}

/** An activation of execution 1 whose history is its number. */
function activation(n: number): Write {
  return { ...append(1, n), history: { time: NOW + n, text: `${n}` } } as Write;
}

test("history comes with tail entries, checkpoints and by itself, in order, and outlives closing", async (t) => {
  const { store, file } = await open(t);
  await store.commit([activation(1)]);
  await store.commit([{ ...checkpoint(1, 2), history: { time: NOW + 2, text: "2" } } as Write]);
  await store.commit([{ kind: "addHistory", execution: 1, history: { time: NOW + 3, text: "by itself" } }]);
  await store.commit([append(1, 3)]);
  await store.commit([activation(4), { kind: "addHistory", execution: 2, history: { time: NOW, text: "other" } }]);
  await store.commit([close(1)]);
  const texts = (await file.history(1, 10)).map(({ text }) => text);
  assert.deepEqual(texts, ["1", "2", "by itself", "4"]);
  assert.deepEqual(await file.history(1, 1), [{ time: NOW + 4, text: "4" }]);
  assert.ok((await file.lastHistory(1)) > 0);
});

test("a closing keeps its history and removes the task that it consumes", async (t) => {
  const { store, file } = await open(t);
  const closing = (key: number): Write => ({ ...close(key), history: { time: NOW + 99, text: "the end" } }) as Write;
  await store.commit([activation(1), task(1, 1), task(1, 2)]);
  await store.commit([{ kind: "removeTask", execution: 1, seq: 2 }, closing(1)]);
  assert.deepEqual(await store.tasksOf(1), [1]);
  assert.deepEqual(
    (await file.history(1, 10)).map(({ text }) => text),
    ["1", "the end"],
  );
  // Of a task that is not there nothing can be consumed: the closing is refused with it.
  await assert.rejects(store.commit([{ kind: "removeTask", execution: 2, seq: 5 }, closing(2)]), /no open task 5/);
  assert.equal((await store.loadExecution(2))?.row.status, "IN_PROGRESS");
});

test("the history of an execution that runs for years does not grow", async (t) => {
  const { store, file } = await open(t);
  for (let first = 1; first <= 4500; first += 500) {
    await store.commit(Array.from({ length: 500 }, (_, index) => activation(first + index)));
  }
  const kept = await file.history(1, 10_000);
  assert.ok(kept.length >= 2000 && kept.length < 2100, `${kept.length} are kept`);
  assert.equal(kept.at(-1)?.text, "4500");
});
