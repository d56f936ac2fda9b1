/**
 * An engine under work whose writes are recorded: starts and signals, each noted in the file `acknowledged` once it was
 * answered. Arguments: the folder of the database, how its store syncs (full or normal), how many clients, how many
 * requests each of them makes.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "#runtime/engine/clock.js";
import { openEngine } from "#runtime/engine/core.js";
import { encode } from "#runtime/protocol/value.js";
import { openSandbox } from "#runtime/sandbox/open.js";
import { connect } from "#runtime/store/sqlite/driver.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import { openTaskPool } from "#runtime/tasks/pool.js";
import { compiledProgram, fixturePath } from "../support/programs.js";

const [folder = "", synchronous, clients = "4", requests = "40"] = process.argv.slice(2);
/** The log is copied into the file every few commits, so that this is cut off too. */
const LOG_PAGES = 30;

const store = await openStore(join(folder, "work.db"), {
  synchronous: synchronous === "normal" ? "normal" : "full",
  connect: async (path, mode) => {
    const connection = await connect(path, mode);
    const exec = (sql: string): Promise<void> =>
      connection.exec(sql.replace(/wal_autocheckpoint = \d+/, `wal_autocheckpoint = ${LOG_PAGES}`));
    return { ...bound(connection), exec };
  },
});
const engine = await openEngine({
  store,
  sandbox: await openSandbox(),
  tasks: (onSettled, onBeat, onRequest, onInterrupted) =>
    openTaskPool({ threads: 2, concurrency: 8, onSettled, onBeat, onRequest, onInterrupted }),
  clock: systemClock,
  checkpoint: "auto",
  cacheSize: 4,
  report: ({ message, cause }) => console.error(message, cause),
});
const source = fixturePath("kill", "words.ts");
await engine.deploy(await compiledProgram(source), fixturePath("kill"));

const acknowledged = (line: string): void => appendFileSync(join(folder, "acknowledged"), `${line}\n`);

async function client(number: number): Promise<void> {
  let id = "";
  for (let i = 0; i < Number(requests); i++) {
    const word = `word-${number}-${i}.`;
    if (i % 10 === 0) {
      ({ executionId: id } = await engine.start({ workflow: "words", name: word, input: encode(word) }));
    } else {
      await engine.signal(id, "add", encode(word));
    }
    acknowledged(`${word} ${id}`);
  }
}

await Promise.all(Array.from({ length: Number(clients) }, (_, number) => client(number)));
await engine.idle();
await engine.close();

/** An object whose methods can be spread. */
function bound(connection: Awaited<ReturnType<typeof connect>>): typeof connection {
  return {
    prepare: (sql) => connection.prepare(sql),
    exec: (sql) => connection.exec(sql),
    interrupt: () => connection.interrupt(),
    close: () => connection.close(),
  };
}
