/**
 * Goal: a thread that was started ahead is like any other once it is taken (T2), waits until then and keeps no process
 * alive (T1). Method: threads of a script of the test's, and a process that starts one ahead and has nothing more to do.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Worker } from "node:worker_threads";
import { startAhead, startThread, type ThreadKind } from "#runtime/platform/threads.js";
import { temporaryFolder } from "../support/temp.js";

const THREADS = new URL("../../runtime/platform/threads.js", import.meta.url);

/** Posts when it was loaded and what it was started with; then it echoes messages. */
const ECHO = `
  import { parentPort } from "node:worker_threads";
  import { threadData } from ${JSON.stringify(fileURLToPath(THREADS))};
  const data = threadData();
  parentPort.postMessage(data);
  parentPort.on("message", (message) => (message === "end" ? parentPort.close() : parentPort.postMessage(message)));`;

async function echo(t: Parameters<typeof temporaryFolder>[0], stackMb?: number): Promise<ThreadKind> {
  const file = join(await temporaryFolder(t), "echo.mjs");
  await writeFile(file, ECHO);
  return {
    part: "task-thread.js",
    file: pathToFileURL(file),
    name: "echo",
    ...(stackMb === undefined ? {} : { stackMb }),
  };
}

async function talk(worker: Worker): Promise<unknown[]> {
  const heard: unknown[] = [];
  worker.on("message", (message) => heard.push(message));
  worker.postMessage("hello");
  worker.postMessage("end");
  assert.deepEqual(await once(worker, "exit"), [0]);
  return heard;
}

test("taken or started anew, a thread has its data before its messages", async (t) => {
  const kind = await echo(t);
  const shared = new SharedArrayBuffer(4);
  startAhead(kind);
  const ahead = startThread(kind, { n: 1, shared });
  const anew = startThread(kind, { n: 2, shared });
  const [one, two] = await Promise.all([talk(ahead), talk(anew)]);
  assert.deepEqual(one, [{ n: 1, shared }, "hello"]);
  assert.deepEqual(two, [{ n: 2, shared }, "hello"]);
});

test("one of another kind is not taken", async (t) => {
  const kind = await echo(t);
  startAhead({ ...kind, stackMb: 16 });
  const [data] = await talk(startThread(kind, "mine"));
  assert.equal(data, "mine");
  const [other] = await talk(startThread({ ...kind, stackMb: 16 }, "yours"));
  assert.equal(other, "yours");
});

test("one that dies while it waits is replaced by one that tells why", async (t) => {
  const file = join(await temporaryFolder(t), "broken.mjs");
  await writeFile(file, "throw new TypeError('broken');");
  const kind: ThreadKind = { part: "task-thread.js", file: pathToFileURL(file), name: "broken" };
  startAhead(kind);
  await assert.rejects(once(startThread(kind, undefined), "exit"), { message: "broken" });
});

test("a process that does not take it ends nevertheless", async (t) => {
  const { file } = await echo(t);
  const folder = await temporaryFolder(t);
  const script = join(folder, "main.mjs");
  await writeFile(
    script,
    `import { startAhead } from ${JSON.stringify(fileURLToPath(THREADS))};
     startAhead({ part: "task-thread.js", file: new URL(${JSON.stringify(file.href)}), name: "echo" });
     console.log("done");`,
  );
  const ended = spawnSync(process.execPath, [script], { encoding: "utf8", timeout: 60_000 });
  assert.deepEqual([ended.status, ended.stdout, ended.stderr], [0, "done\n", ""]);
});
