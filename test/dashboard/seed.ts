/** Many executions at once: written through the store's own commits, as rows without any work. */
import { dirname } from "node:path";
import { loadProgramFile } from "#runtime/client/program-file.js";
import { StoredPrograms } from "#runtime/engine/stored-programs.js";
import { encode } from "#runtime/protocol/value.js";
import { openStore } from "#runtime/store/sqlite/open.js";
import type { Write } from "#runtime/store/store.js";

const BATCH = 5000;
const STEP_MS = 1000;

/** Puts `count` executions of `order` into a new database: every thousandth has failed, the others have succeeded. */
export async function seed(database: string, programFile: string, count: number, end: number): Promise<void> {
  const program = await loadProgramFile(programFile);
  const { hash } = program;
  const store = await openStore(database, { synchronous: "normal" });
  try {
    await new StoredPrograms(store).save(program, dirname(programFile));
    const input = encode({ customer: "Ada", items: [{ sku: "lamp-07", quantity: 1 }] });
    const succeeded = { ok: true, value: encode({ tracking: "JD0146" }) } as const;
    const failed = { ok: false, error: encode(new RangeError("no more lamps")) } as const;
    for (let first = 1; first <= count; first += BATCH) {
      const writes: Write[] = [];
      for (let key = first; key < Math.min(first + BATCH, count + 1); key++) {
        const startTime = end - (count - key) * STEP_MS;
        const id = `order/o-${String(key).padStart(6, "0")}`;
        const isFailed = key % 1000 === 0;
        const status = isFailed ? "FAILED" : "SUCCEEDED";
        const closed = { status, outcome: isFailed ? failed : succeeded, endTime: startTime + 40 } as const;
        const row = { key, id, workflow: "order", program: hash, input, startTime, ...closed };
        writes.push({ kind: "createExecution", row });
      }
      await store.commit(writes);
    }
  } finally {
    await store.close();
  }
}
