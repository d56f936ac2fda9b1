/**
 * Who waits for the reply to a request (a signal whose handler answers). Those from outside wait in memory: a reply is
 * durable by its effects. An execution's request is named after it, and is a row of the store until it is answered.
 */
import { randomBytes } from "node:crypto";
import type { Outcome } from "../protocol/value.js";

interface Waiting {
  readonly execution: string;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

const ID_BYTES = 12;
/** Begins the id of a request that an execution has sent: no other has it. */
const FROM_EXECUTION = "@";

/** The id of the request that an execution sends as its operation `seq`. */
export function requestId(execution: string, seq: number): string {
  return `${FROM_EXECUTION}${seq} ${execution}`;
}

/** Which execution has sent the request with that id; undefined for one that came from outside. */
export function requesterOf(id: string): { readonly execution: string; readonly seq: number } | undefined {
  if (!id.startsWith(FROM_EXECUTION)) return undefined;
  const end = id.indexOf(" ");
  return { seq: Number(id.slice(FROM_EXECUTION.length, end)), execution: id.slice(end + 1) };
}

export class Requests {
  readonly #waiting = new Map<string, Waiting>();

  /** A new request to an execution: its id, and what it is answered with. */
  open(execution: string): { readonly id: string; readonly reply: Promise<Outcome> } {
    const id = randomBytes(ID_BYTES).toString("hex");
    const reply = new Promise<Outcome>((resolve, reject) => this.#waiting.set(id, { execution, resolve, reject }));
    // Given up while its sender still waits for something else.
    reply.catch(() => {});
    return { id, reply };
  }

  /** A reply is committed; one that nobody waits for any more is dropped. */
  answer(id: string, outcome: Outcome): void {
    this.#waiting.get(id)?.resolve(outcome);
    this.#waiting.delete(id);
  }

  /** No reply will come to this one. */
  giveUp(id: string, error: unknown): void {
    this.#waiting.get(id)?.reject(error);
    this.#waiting.delete(id);
  }

  /** The execution answers nothing any more. */
  ended(execution: string, error: () => unknown): void {
    for (const [id, waiting] of this.#waiting) if (waiting.execution === execution) this.giveUp(id, error());
  }

  /** The engine closes. */
  stop(error: unknown): void {
    for (const id of [...this.#waiting.keys()]) this.giveUp(id, error);
  }
}
