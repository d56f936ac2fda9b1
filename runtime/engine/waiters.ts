/** Executions that wait for the end of others, or for their replies: rows of the store, so none of them costs memory. */
import type { Store, WaiterRow } from "../store/store.js";
import type { Actor } from "./actor.js";

export class Waiters {
  readonly #store: Pick<Store, "waitersOf" | "anyWaiter">;
  /** False as long as there is none at all: then no end has to ask. */
  #any = false;

  constructor(store: Pick<Store, "waitersOf" | "anyWaiter">) {
    this.#store = store;
  }

  /** To be called once, before the first commit. */
  async load(): Promise<void> {
    this.#any = await this.#store.anyWaiter();
  }

  /** Those that wait for the execution with that key, as committed. */
  async of(key: number): Promise<readonly WaiterRow[]> {
    return this.#any ? await this.#store.waitersOf(key) : [];
  }

  /** With the commit `committed` another one begins to wait for `target`. */
  arrives(target: Actor, committed: Promise<void>): void {
    this.#any = true;
    target.awaited++;
    const arriving = Promise.allSettled([target.arriving, committed]);
    target.arriving = arriving;
    void arriving.then(() => {
      if (target.arriving === arriving) target.arriving = undefined;
    });
  }
}
