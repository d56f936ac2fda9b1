/**
 * The store of one life of an engine: tells the history what is committed, and is where the engine dies.
 *
 * X1  After its death a life writes nothing, and hears nothing more of what it has begun.
 * X2  A commit counts as made if and only if the database has it, whether or not its engine lived to hear so.
 * X3  What is open at its death is undone: a task's transaction leaves nothing to the next life.
 */
import type { ExecutionRow, Store, StoreTransaction, Write } from "../store/store.js";
import type { CrashPlan } from "./crashes.js";
import { refusedCommit } from "./faults.js";
import { LifeTransaction } from "./transaction.js";

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

/** What a commit is made with. */
type Committing = Pick<Store, "commit">;

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
  const open = new Set<LifeTransaction>();
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
    for (const transaction of open) counted(transaction.rollback());
    died();
  };
  const write = async (writes: readonly Write[], to: Committing): Promise<void> => {
    await to.commit(writes);
    committed(writes);
  };
  const commit = async (writes: readonly Write[], to: Committing = store): Promise<void> => {
    if (isDead) return NEVER;
    const fated = fate(writes);
    if (fated === "is refused") throw refusedCommit();
    if (fated === "dies before") kill();
    else await counted(write(writes, to));
    if (fated === "dies after") kill();
    if (isDead) return NEVER;
  };
  const opened = async (): Promise<StoreTransaction> => {
    const transaction = new LifeTransaction(await store.begin(), { commit, ended: () => open.delete(transaction) });
    open.add(transaction);
    if (isDead) await transaction.rollback();
    return transaction;
  };
  const begin = async (): Promise<StoreTransaction> => {
    const opening = opened();
    counted(opening);
    const transaction = await opening;
    return isDead ? NEVER : transaction;
  };
  const loadExecution: Store["loadExecution"] = async (key) => {
    const stored = await store.loadExecution(key);
    if (stored !== undefined) loaded(stored.row);
    return stored;
  };
  const own: Partial<Store> = { commit, begin, loadExecution };
  const mortal = new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(own, key) ?? Reflect.get(target, key);
      if (typeof value !== "function") return value;
      const call = (args: readonly unknown[]): unknown => Reflect.apply(value, target, args);
      // What these wait for is counted there: their own promises may never settle.
      const countsItself = key === "commit" || key === "begin";
      return (...args: readonly unknown[]) => (isDead ? NEVER : countsItself ? call(args) : counted(call(args)));
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
