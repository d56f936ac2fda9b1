/**
 * Stands in for a mail provider: a mailbox that is a text file, one line of JSON per mail. It is host code, so it may
 * use any Node API and any npm package.
 *
 * Like real providers it takes an idempotency key: a mail whose key it has seen is accepted and not delivered again.
 * A runtime that dies after the provider took a mail and before it could record that runs the task again, with the
 * same key.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { taskContext } from "eventual";

const mailbox = process.env.MAILBOX ?? "mailbox.jsonl";
/** The provider's distance, one way, ms. */
const distance = Number(process.env.MAIL_DISTANCE_MS ?? 0);

function delivered(key: string): boolean {
  return existsSync(mailbox) && readFileSync(mailbox, "utf8").includes(JSON.stringify(key));
}

export const emailClient = {
  /** Delivers one mail, once per idempotency key. */
  async send(to: string, text: string): Promise<void> {
    const { scheduledTime, idempotencyKey: key } = taskContext().invocation;
    await pause(distance);
    const again = delivered(key);
    const line = { day: scheduledTime.slice(0, 10), to, text, key };
    appendFileSync(again ? `${mailbox}.repeated` : mailbox, `${JSON.stringify(line)}\n`);
    await pause(distance);
  },
};
