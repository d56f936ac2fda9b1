/** Events, and what became of those that no subscription could handle. */
import type { Client } from "../../client/client.js";
import type { DeadLetterSummary } from "../../client/operations.js";
import { Fault } from "../../protocol/fault.js";
import { encode, toDisplay } from "../../protocol/value.js";
import { confirmed } from "../confirm.js";
import { tableText } from "../display/table.js";
import { timeText } from "../display/time.js";
import { errorText, valueText } from "../display/value.js";
import { EXIT } from "../exit.js";
import { parseJson } from "../json-input.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { upTo } from "../pages.js";
import { type Place, withClient } from "../with-client.js";

interface Common extends Place {
  readonly json: boolean;
}

const DEFAULT_LIMIT = 50;

/** `emit`. Throws Fault EV8206 for bad JSON before it connects, and the client's Faults. */
export async function emitEvent(
  options: Common & { readonly event: string; readonly payload?: string | undefined },
  output: Output,
): Promise<number> {
  const { event, json } = options;
  const payload = encode(options.payload === undefined ? undefined : parseJson(options.payload, "payload"));
  await withClient(options, (client) => client.emit({ events: [{ event, payload }] }));
  if (json) output.printJson({ event, accepted: true });
  return EXIT.ok;
}

/** `deadletters list`. Throws the client's Faults. */
export async function listDeadLetters(
  options: Common & { readonly limit?: number | undefined; readonly subscription?: string | undefined },
  output: Output,
): Promise<number> {
  const { limit = DEFAULT_LIMIT, json, subscription } = options;
  const rows = await withClient(options, (client) => letters(client, limit, subscription));
  if (json) output.printJson(rows.map(letterJson));
  else if (rows.length === 0) output.note("No dead letters.");
  else output.print(lettersText(rows, output.width));
  return EXIT.ok;
}

function letters(client: Client, limit: number, subscription?: string): Promise<DeadLetterSummary[]> {
  return upTo(limit, (page) => client.deadLetters({ ...page, ...present({ subscription }) }));
}

function letterJson({ id, subscription, event, payload, error, attempt, time, deadAt }: DeadLetterSummary) {
  return {
    ...{ id, subscription, event, payload: toDisplay(payload), error: toDisplay(error), attempts: attempt },
    ...{ emitted: new Date(time).toISOString(), givenUp: new Date(deadAt).toISOString() },
  };
}

function lettersText(rows: readonly DeadLetterSummary[], width: number): string {
  const columns = ["ID", "SUBSCRIPTION", "EVENT", "GIVEN UP", "PAYLOAD", "ERROR"].map((title) => ({
    title,
    flexible: title === "PAYLOAD" || title === "ERROR",
  }));
  const cells = rows.map(({ id, subscription, event, deadAt, payload, error }) => [
    ...[String(id), subscription, event, timeText(deadAt), valueText(payload), errorText(error)],
  ]);
  return tableText(columns, cells, width).trimEnd();
}

interface Chosen extends Common {
  /** Ids, or `all`. */
  readonly letters: readonly string[];
  readonly yes?: boolean;
}

/** `deadletters retry`. Throws Fault EV8208 for what is no id, and the client's Faults. */
export function retryDeadLetters(options: Chosen, output: Output): Promise<number> {
  return forEach(options, output, "retried", (client, id) => client.retryDeadLetter({ id }));
}

/** `deadletters drop`. Throws as `retryDeadLetters`. */
export async function dropDeadLetters(options: Chosen, output: Output): Promise<number> {
  if (!(await confirmed(`Forget dead letters ${options.letters.join(", ")}?`, options, output))) return EXIT.failed;
  return await forEach(options, output, "dropped", (client, id) => client.dropDeadLetter({ id }));
}

async function forEach(
  options: Chosen,
  output: Output,
  what: string,
  act: (client: Client, id: number) => Promise<null>,
): Promise<number> {
  const named = options.letters.includes("all") ? undefined : options.letters.map(idOf);
  const count = await withClient(options, async (client) => {
    const ids = named ?? (await letters(client, Number.POSITIVE_INFINITY)).map(({ id }) => id);
    for (const id of ids) await act(client, id);
    return ids.length;
  });
  if (options.json) output.printJson({ [what]: count });
  else output.note(`${count} ${what}.`);
  return EXIT.ok;
}

function idOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Fault("EV8208", `${JSON.stringify(text)} is no id of a dead letter`, {
    remedy: "`eventual deadletters list` shows them with their ids.",
  });
}
