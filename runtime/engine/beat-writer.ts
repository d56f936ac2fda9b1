/** Stores signs of life. Only the last one of each task counts, so those that come during a commit share the next. */
import type { Store, Write } from "../store/store.js";
import type { Problem } from "./engine.js";
import { refOf } from "./task-call.js";

type Beat = Extract<Write, { kind: "beatTask" }>;

export class BeatWriter {
  readonly #store: Pick<Store, "commit">;
  readonly #report: (problem: Problem) => void;
  readonly #unwritten = new Map<string, Beat>();
  #isWriting = false;

  constructor(store: Pick<Store, "commit">, report: (problem: Problem) => void) {
    this.#store = store;
    this.#report = report;
  }

  /** Resolves when it is stored, or at once if a commit under way will be followed by one that stores it. */
  async write(beat: Beat): Promise<void> {
    this.#unwritten.set(refOf(beat), beat);
    if (this.#isWriting) return;
    this.#isWriting = true;
    try {
      while (this.#unwritten.size > 0) {
        const writes = [...this.#unwritten.values()];
        this.#unwritten.clear();
        await this.#store.commit(writes);
      }
    } catch (cause) {
      this.#report({ message: "heartbeats could not be stored", cause });
    } finally {
      this.#isWriting = false;
    }
  }
}
