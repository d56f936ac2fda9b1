/**
 * The executions in memory, by key and by id.
 *
 * D1  There is at most one actor per execution; whoever asks by id and whoever asks by key get the same.
 * D2  An actor stays while it is live, has work, or is held; every other is let go (memory follows activity only).
 * D3  A row read from the store is used only if no commit changed that execution while it was being read.
 */
import type { ExecutionRow, Store } from "../store/store.js";
import { Actor } from "./actor.js";

export class Directory {
  readonly #store: Pick<Store, "findExecution">;
  readonly #byKey = new Map<number, Actor>();
  readonly #byId = new Map<string, Actor>();
  /** Reads under way, by id. `stale` once a commit has changed the execution meanwhile. */
  readonly #reads = new Map<string, { stale: boolean; readonly row: Promise<ExecutionRow | undefined> }>();

  constructor(store: Pick<Store, "findExecution">) {
    this.#store = store;
  }

  /** The actor of an execution that the store is known to hold. */
  byKey(key: number): Actor {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const actor = new Actor(key);
    this.#byKey.set(key, actor);
    return actor;
  }

  /** The actor of `id`, undefined if there is none; to be given back with `letGo`. */
  async hold(id: string): Promise<Actor | undefined> {
    return await this.#hold(id, () => undefined);
  }

  /**
   * The actor of `id`, or, if there is none, a new one with the row that `make` gives, handed to `begin` before
   * anybody else can find it; to be given back with `letGo`.
   */
  async holdOrCreate(
    id: string,
    make: () => ExecutionRow,
    begin: (actor: Actor) => void,
  ): Promise<{ readonly actor: Actor; readonly isNew: boolean }> {
    let isNew = false;
    const actor = await this.#hold(id, () => {
      isNew = true;
      const created = this.#create(make());
      begin(created);
      return created;
    });
    return { actor, isNew };
  }

  /** Nothing is awaited between the last look for `id` and the call of `absent`: two callers never both miss it. */
  async #hold<T>(id: string, absent: () => T): Promise<Actor | T> {
    for (;;) {
      const known = this.#byId.get(id);
      if (known !== undefined) return this.#pin(known);
      const read = this.#reads.get(id) ?? this.#read(id);
      const row = await read.row;
      const arrived = this.#byId.get(id);
      if (arrived !== undefined) return this.#pin(arrived);
      if (read.stale) continue;
      if (row === undefined) return absent();
      return this.#pin(this.loaded(this.byKey(row.key), row));
    }
  }

  /** The row of an execution in memory, as of its last commit; undefined if it is not in memory or not yet committed. */
  committed(id: string): ExecutionRow | undefined {
    const actor = this.#byId.get(id);
    return actor?.created === true ? actor.row : undefined;
  }

  letGo(actor: Actor): void {
    actor.pins--;
    this.release(actor);
  }

  /** A new execution, not yet committed, already held; undefined if its id is taken by one in memory. */
  create(row: ExecutionRow): Actor | undefined {
    return this.#byId.has(row.id) ? undefined : this.#create(row);
  }

  #create(row: ExecutionRow): Actor {
    const actor = new Actor(row.key, row);
    actor.created = false;
    this.#byKey.set(row.key, actor);
    this.#byId.set(row.id, actor);
    return this.#pin(actor);
  }

  /** Notes the row of an actor that was known by key only. */
  loaded(actor: Actor, row: ExecutionRow): Actor {
    actor.row = row;
    this.#byId.set(row.id, actor);
    return actor;
  }

  /** A commit changed what `findExecution` answers for `id`: D3. */
  changed(id: string): void {
    const read = this.#reads.get(id);
    if (read === undefined) return;
    read.stale = true;
    this.#reads.delete(id);
  }

  /** Lets the actor go unless it is needed: D2. */
  release(actor: Actor): void {
    if (actor.phase !== "idle" || actor.hasWork) return;
    actor.quiet();
    if (actor.live || actor.pins > 0) return;
    this.abandon(actor);
  }

  /** Forgets an actor, as when its creation failed. */
  abandon(actor: Actor): void {
    this.#byKey.delete(actor.key);
    if (actor.row !== undefined && this.#byId.get(actor.row.id) === actor) this.#byId.delete(actor.row.id);
  }

  get size(): number {
    return this.#byKey.size;
  }

  actors(): Iterable<Actor> {
    return this.#byKey.values();
  }

  #pin(actor: Actor): Actor {
    actor.pins++;
    return actor;
  }

  #read(id: string): { stale: boolean; readonly row: Promise<ExecutionRow | undefined> } {
    const read = { stale: false, row: this.#store.findExecution(id) };
    this.#reads.set(id, read);
    const done = (): void => {
      if (this.#reads.get(id) === read) this.#reads.delete(id);
    };
    read.row.then(done, done);
    return read;
  }
}
