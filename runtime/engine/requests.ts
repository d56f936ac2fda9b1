/** Who waits for the reply to a request (a signal whose handler answers). In memory: a reply is durable by its effects. */
import { randomBytes } from "node:crypto";
import type { Outcome } from "../protocol/value.js";

interface Waiting {
  readonly execution: string;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

const ID_BYTES = 12;

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
