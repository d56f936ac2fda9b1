/**
 * In which order, and how many at once, the outcomes of tasks reach the engine. A workflow that runs several tasks side
 * by side should come to the same end whichever it is.
 */
import type { SettledTask } from "../tasks/tasks.js";
import { derivedFraction, type Seed } from "./random.js";

/**
 * `together`: those that run side by side, all in one turn. `apart`: each by itself, when all that came of the one
 * before has happened. `shuffled`: those that run side by side in an order that depends on the seed, each by itself.
 */
export type Completions = "together" | "apart" | { readonly shuffled: Seed };

export interface CompletionsParts {
  readonly deliver: (settled: readonly SettledTask[]) => void;
  /** True while handlers run. */
  readonly isRunning: () => boolean;
  /** True while the engine has something to do. */
  readonly isBusy: () => boolean;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class CompletionQueue {
  readonly #mode: Completions | undefined;
  readonly #parts: CompletionsParts;
  #held: SettledTask[] = [];
  #choices = 0;
  #isDelivering = false;

  /** Without a mode, outcomes are handed on as they come. */
  constructor(mode: Completions | undefined, parts: CompletionsParts) {
    this.#mode = mode;
    this.#parts = parts;
  }

  add(settled: readonly SettledTask[]): void {
    if (this.#mode === undefined) {
      this.#parts.deliver(settled);
      return;
    }
    this.#held.push(...settled);
    if (!this.#isDelivering) void this.#deliver();
  }

  /** Nobody waits for what is held. */
  clear(): void {
    this.#held = [];
  }

  async #deliver(): Promise<void> {
    this.#isDelivering = true;
    while (this.#held.length > 0) {
      await this.#quiet();
      const next = this.#next();
      if (next.length > 0) this.#parts.deliver(next);
    }
    this.#isDelivering = false;
  }

  async #quiet(): Promise<void> {
    const { isBusy, isRunning } = this.#parts;
    do await turn();
    while (isBusy() || (this.#mode !== "apart" && isRunning()));
  }

  #next(): readonly SettledTask[] {
    if (this.#mode === "together") return this.#held.splice(0);
    if (typeof this.#mode !== "object") return this.#held.splice(0, 1);
    const fraction = derivedFraction(this.#mode.shuffled, `completion ${this.#choices++}`);
    return this.#held.splice(Math.floor(fraction * this.#held.length), 1);
  }
}
