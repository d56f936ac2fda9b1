/**
 * `query`: reads an execution's state from outside. A query runs in an instance of its own, which is thrown away: what
 * it changes is never seen, and it cannot begin anything durable.
 */
import { UnserializableError } from "../../protocol/errors.js";
import { caught, currentTurn } from "../current.js";
import { invalidArgument, refusal } from "../errors.js";
import { isObject } from "../resolve.js";
import { decode, type Encoded, encode, encodeError, type Outcome } from "../values.js";

/**
 * `query(name, handler)` at the top level of a module, whose state the handler reads: each execution has its own. The
 * handler must answer at once. Throws Fault EV5004 for a bad name or handler, EV5005 elsewhere or for a taken name.
 */
export function query(name: unknown, handler: unknown): object {
  if (typeof name !== "string" || name === "") {
    throw invalidArgument("a query has no name", 'Give it one: query("status", () => status).');
  }
  if (typeof handler !== "function") {
    throw invalidArgument(`the handler of query "${name}" is not a function`, "Pass a function that gives the answer.");
  }
  const { instance, phase } = currentTurn();
  if (phase !== "init" || instance.queries.has(name)) {
    throw refusal(
      "EV5005",
      phase === "init" ? `two queries have the name "${name}"` : `query "${name}" is defined while an execution runs`,
      "Define each query once, at the top level of a module: it reads the module's state.",
    );
  }
  instance.queries.set(name, handler);
  return Object.freeze({ kind: "Query", name });
}

/** Answers a query with a command. */
export function answerQuery(name: string, input: Encoded): void {
  const turn = currentTurn();
  turn.commands = [];
  const outcome = ask(name, input);
  turn.commands = [{ kind: "answer", outcome }];
}

function ask(name: string, input: Encoded): Outcome {
  const { instance } = currentTurn();
  const handler = instance.queries.get(name);
  if (typeof handler !== "function") {
    const known = [...instance.queries.keys()];
    const which = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
    return { ok: false, error: encodeError(new TypeError(`the execution has no query "${name}"; ${which}`)) };
  }
  try {
    const answer: unknown = Reflect.apply(handler, undefined, [decode(input)]);
    if (isObject(answer) && typeof Reflect.get(answer, "then") === "function") {
      throw new TypeError(`the query "${name}" gives a promise; it must answer at once`);
    }
    return { ok: true, value: encode(answer, "answer") };
  } catch (error) {
    return { ok: false, error: encodeError(error instanceof UnserializableError ? error : caught(error)) };
  }
}
