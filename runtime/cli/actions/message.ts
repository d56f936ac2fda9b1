/** Messages to an execution: signals, and requests and queries, which are answered. */
import { encode, type Outcome, toDisplay } from "../../protocol/value.js";
import { errorText, valueText } from "../display/value.js";
import { EXIT } from "../exit.js";
import { parseJson } from "../json-input.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { type Place, withClient } from "../with-client.js";

interface Message extends Place {
  readonly execution: string;
  readonly json: boolean;
}

interface SignalMessage extends Message {
  /** Of several signals with the same id one arrives. */
  readonly id?: string | undefined;
  readonly signal: string;
  readonly payload?: string | undefined;
}

/** Throws Fault EV8206 for bad JSON before it connects, and the client's Faults. */
export async function sendSignal(options: SignalMessage, output: Output): Promise<number> {
  const { execution, signal, json, id } = options;
  const payload = encodedJson(options.payload, "payload");
  await withClient(options, (client) => client.signal({ execution, signal, payload, ...present({ id }) }));
  if (json) output.printJson({ executionId: execution, signal, delivered: true });
  return EXIT.ok;
}

/** Throws as `sendSignal`. */
export async function sendRequest(options: SignalMessage, output: Output): Promise<number> {
  const { execution, signal, json } = options;
  const payload = encodedJson(options.payload, "payload");
  return showAnswer(
    await withClient(options, (client) => client.request({ execution, signal, payload })),
    json,
    output,
  );
}

/** Throws as `sendSignal`. */
export async function askQuery(
  options: Message & { readonly query: string; readonly input?: string | undefined },
  output: Output,
): Promise<number> {
  const { execution, query, json } = options;
  const input = encodedJson(options.input, "input");
  return showAnswer(await withClient(options, (client) => client.query({ execution, query, input })), json, output);
}

function encodedJson(text: string | undefined, source: string) {
  return encode(text === undefined ? undefined : parseJson(text, source));
}

function showAnswer(outcome: Outcome, json: boolean, output: Output): number {
  if (json) {
    output.printJson(outcome.ok ? { result: toDisplay(outcome.value) } : { error: toDisplay(outcome.error) });
  } else if (outcome.ok) output.print(valueText(outcome.value));
  else output.note(`${output.notePaint("red", "refused:")} ${errorText(outcome.error)}`);
  return outcome.ok ? EXIT.ok : EXIT.failed;
}
