/** Which live instances stay: the most recently used, at most `size` of them. Busy ones are never taken away. */
import type { Actor } from "./actor.js";

export class Cache {
  readonly #size: number;
  readonly #evict: (actors: readonly Actor[]) => void;
  /** Oldest use first. */
  readonly #actors = new Set<Actor>();

  /** `evict` gets the actors that have to leave, already forgotten here. */
  constructor(size: number, evict: (actors: readonly Actor[]) => void) {
    this.#size = size;
    this.#evict = evict;
  }

  /** True when nothing stays live: the sandbox may drop an instance right after its activation. */
  get keepsNothing(): boolean {
    return this.#size === 0;
  }

  /** Notes that `actor` is live and was just used. */
  used(actor: Actor): void {
    this.#actors.delete(actor);
    this.#actors.add(actor);
    if (this.#actors.size > this.#size) this.#shrink();
  }

  /** The actor is no longer live. */
  gone(actor: Actor): void {
    this.#actors.delete(actor);
  }

  get load() {
    return { instances: this.#actors.size, mostInstances: this.#size };
  }

  live(): readonly Actor[] {
    return [...this.#actors];
  }

  #shrink(): void {
    let excess = this.#actors.size - this.#size;
    const leaving: Actor[] = [];
    for (const actor of this.#actors) {
      if (excess <= 0) break;
      if (actor.phase !== "idle" || actor.hasWork) continue;
      this.#actors.delete(actor);
      leaving.push(actor);
      excess--;
    }
    if (leaving.length > 0) this.#evict(leaving);
  }
}
