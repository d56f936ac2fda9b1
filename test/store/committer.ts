/**
 * A process that commits until it is killed, for the tests of locks and crashes. Arguments: the database, and how many
 * executions commit side by side. Prints `open`, or `refused` and the Fault; then one line per acknowledged commit.
 *
 * Each commit of execution k: tail entry n, a timer n, a log and task n, and every tenth time a checkpoint; it removes
 * timer and task n - 1. Whatever is half can be seen.
 */
import { writeSync } from "node:fs";
import { Fault } from "#runtime/protocol/fault.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Store, Write } from "#runtime/store/store.js";
import { append, checkpoint, create, NOW, PROGRAM, task, timer } from "./sample.js";

/** Synchronous, so that what is printed has left the process. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function advance(store: Store, key: number): Promise<never> {
  let n = await nextNumber(store, key);
  for (; ; n++) {
    const writes: Write[] = [
      append(key, n),
      timer(key, n, NOW + n),
      task(key, n),
      { kind: "addLog", execution: key, time: n, level: "info", text: `${n}` },
    ];
    if (n > 1)
      writes.push(
        { kind: "removeTimer", execution: key, seq: n - 1 },
        { kind: "removeTask", execution: key, seq: n - 1 },
      );
    if (n % 10 === 0) writes.push(checkpoint(key, n, `${n} `.repeat(1000)));
    await store.commit(writes);
    say(`${key} ${n}`);
  }
}

async function nextNumber(store: Store, key: number): Promise<number> {
  const stored = await store.loadExecution(key);
  if (stored === undefined) await store.commit([create(key)]);
  return (stored?.tail.at(-1)?.n ?? stored?.checkpoint?.n ?? 0) + 1;
}

async function main(path: string, executions: number): Promise<void> {
  const store = await openStore(path);
  await store.saveProgram(PROGRAM, "artifact");
  say("open");
  await Promise.all(Array.from({ length: executions }, (_, index) => advance(store, index + 1)));
}

const [, , path = "", executions = "0"] = process.argv;
// Without executions the process only holds the file.
const alive = setInterval(() => undefined, 1000);
main(path, Number(executions)).catch((error: unknown) => {
  clearInterval(alive);
  say(`refused ${error instanceof Fault ? `${error.code} ${error.message}` : String(error)}`);
});
