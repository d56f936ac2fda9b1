/**
 * Stands in for a mail provider: a mailbox that is a text file, one line per mail. It runs on the host, so it may use
 * any Node API and any npm package.
 *
 * Like a real provider it takes an idempotency key and ignores a mail whose key it has seen: when the machine dies
 * after a mail was accepted but before that was recorded, Eventual runs the task again with the same key.
 */
import { appendFile, readFile } from "node:fs/promises";
import { taskContext } from "eventual";

const mailbox = process.env.MAILBOX ?? "mailbox.txt";

export const emailClient = {
  /** Delivers one mail, once per task call. */
  async send(to: string, text: string): Promise<void> {
    const { idempotencyKey } = taskContext().invocation;
    if ((await deliveredKeys()).has(idempotencyKey)) return;
    await appendFile(mailbox, `${idempotencyKey}\t${to}\t${text}\n`);
  },
};

async function deliveredKeys(): Promise<Set<string>> {
  try {
    const lines = (await readFile(mailbox, "utf8")).split("\n");
    return new Set(lines.map((line) => line.split("\t", 1)[0] ?? ""));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Set();
    throw error;
  }
}
