/**
 * The store of one life of an engine: tells the history what is committed, and is where the engine dies.
 *
 * X1  After its death a life writes nothing, and hears nothing more of what it has begun.
 * X2  A commit counts as made if and only if the database has it, whether or not its engine lived to hear so.
 */
import type { ExecutionRow, Store, Write } from "../store/store.js";
import type { CrashPlan } from "./crashes.js";
import { refusedCommit } from "./faults.js";

export interface LifeStoreParts {
  readonly store: Store;
  readonly fate: CrashPlan;
  /** Told of every commit that the database has. */
  readonly committed: (writes: readonly Write[]) => void;
  /** Told of every execution that is read from the database. */
  readonly loaded: (row: ExecutionRow) => void;
  /** The engine has died; called once. */
  readonly died: () => void;
}

/** What a dead engine's calls give: nothing, for ever. */
const NEVER = new Promise<never>(() => {});

export interface LifeStore {
  readonly store: Store;
  /** The engine dies now. */
  kill(): void;
  /** Something is being written or read. */
  readonly isBusy: boolean;
  /** Resolves when nothing is being written or read any more. */
  quiet(): Promise<void>;
}

export function lifeStore({ store, fate, committed, loaded, died }: LifeStoreParts): LifeStore {
  let isDead = false;
  const busy = new Set<Promise<unknown>>();
  const counted = (work: unknown): unknown => {
    if (!(work instanceof Promise)) return work;
    const settled = work.then(
      () => {},
      () => {},
    );
    busy.add(settled);
    void settled.then(() => busy.delete(settled));
    return work;
  };
  const kill = (): void => {
    if (isDead) return;
    isDead = true;
    died();
  };
  const write = async (writes: readonly Write[]): Promise<void> => {
    await store.commit(writes);
    committed(writes);
  };
  const commit = async (writes: readonly Write[]): Promise<void> => {
    if (isDead) return NEVER;
    const fated = fate(writes);
    if (fated === "is refused") throw refusedCommit();
    if (fated === "dies before") kill();
    else await counted(write(writes));
    if (fated === "dies after") kill();
    if (isDead) return NEVER;
  };
  const loadExecution: Store["loadExecution"] = async (key) => {
    const stored = await store.loadExecution(key);
    if (stored !== undefined) loaded(stored.row);
    return stored;
  };
  const own: Partial<Store> = { commit, loadExecution };
  const mortal = new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(own, key) ?? Reflect.get(target, key);
      if (typeof value !== "function") return value;
      const call = (args: readonly unknown[]): unknown => Reflect.apply(value, target, args);
      // What a commit waits for is counted there: its own promise may never settle.
      return (...args: readonly unknown[]) => (isDead ? NEVER : key === "commit" ? call(args) : counted(call(args)));
    },
  });
  return {
    store: mortal,
    kill,
    get isBusy() {
      return busy.size > 0;
    },
    async quiet() {
      while (busy.size > 0) await Promise.all(busy);
    },
  };
}
