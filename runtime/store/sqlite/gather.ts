/**
 * Lookups that come together, or while an earlier lookup is being answered, share one query.
 *
 * G1  A lookup is answered by a query that was sent after it was asked: it sees every commit made before.
 */
export class Gathered<Value> {
  readonly #query: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  #next: { readonly keys: Set<string>; readonly found: Promise<ReadonlyMap<string, Value>> } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(query: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#query = query;
  }

  /** The value of a key; undefined if there is none. Throws what the query throws. */
  async find(key: string): Promise<Value | undefined> {
    this.#next ??= this.#begin();
    this.#next.keys.add(key);
    return (await this.#next.found).get(key);
  }

  #begin(): { readonly keys: Set<string>; readonly found: Promise<ReadonlyMap<string, Value>> } {
    const keys = new Set<string>();
    const found = this.#last.then(() => {
      this.#next = undefined;
      return this.#query([...keys]);
    });
    this.#last = found.catch(() => undefined);
    return { keys, found };
  }
}
