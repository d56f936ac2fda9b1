/**
 * A Store in memory with the contract of store.ts, for tests that stop, fail or cut off commits on purpose.
 *
 * The data outlive the handles: `open()` after `crash()` is the next incarnation on what was committed.
 */
import { type Event, isControl, type TailEntry } from "#runtime/protocol/event.js";
import { isClosed } from "#runtime/protocol/execution.js";
import type {
  ExecutionRow,
  InboxRow,
  LogRow,
  Store,
  StoreTransaction,
  TaskRow,
  TimerRow,
  Write,
} from "#runtime/store/store.js";
import { contradiction, OutsideData, prunable } from "./memory-outside.js";

interface Execution {
  row: ExecutionRow;
  checkpoint: { n: number; text: string; cost: number } | undefined;
  tail: { entry: TailEntry; cost: number }[];
}

class Data {
  executions = new Map<number, Execution>();
  timers: TimerRow[] = [];
  tasks: TaskRow[] = [];
  inbox: (InboxRow & { execution: number })[] = [];
  logs: (LogRow & { execution: number })[] = [];
  waiters: { execution: number; seq: number; target: number; reply: boolean }[] = [];
  programs = new Map<string, string>();
  outside = new OutsideData();
  /** Executions and ids of signals that must not come twice. */
  signals = new Set<string>();
  clock = 0;
  nextId = 1;
}

export class Database {
  data = new Data();
  incarnation = 0;
  /** Every commit that succeeded. */
  readonly commits: (readonly Write[])[] = [];
  /** Those of them whose answers are on their way. */
  readonly unanswered = new Set<readonly Write[]>();
  /** Commits asked for, whether or not they succeeded. */
  attempts = 0;
  /** Throws to make a commit fail; gets its number from 1. */
  beforeCommit: (attempt: number, writes: readonly Write[]) => void = () => {};
  /** Throws to make reads fail. */
  beforeRead: (what: string) => void = () => {};
  /** Until it resolves, a request has not arrived: a read (by its name), "commit", "begin" or "saveProgram". */
  arrival: (what: string) => Promise<void> | undefined = () => undefined;
  /** Until it resolves, the answer is on its way: what was read may be old when it arrives, what was committed is seen by others. */
  answer: (what: string) => Promise<void> | undefined = () => undefined;
  #gate: Promise<void> | undefined;
  #handle = 0;

  /** Holds commits back until the function it answers is called. */
  hold(): () => void {
    let release: () => void = () => {};
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return () => {
      this.#gate = undefined;
      release();
    };
  }

  /** The process dies: handles given out before do nothing from now on, nor do they answer. */
  crash(): void {
    this.#handle++;
    this.unanswered.clear();
  }

  #keepProgram(hash: string, artifact: string): void {
    const { programs } = this.data;
    const kept = programs.get(hash) ?? artifact;
    programs.delete(hash);
    programs.set(hash, kept);
  }

  logTexts(): string[] {
    return this.data.logs.map(({ text }) => text);
  }

  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: one method per line of the contract
  open(): Store {
    const handle = this.#handle;
    const database = this;
    this.incarnation++;
    let order: Promise<unknown> = Promise.resolve();
    let answers: Promise<unknown> = Promise.resolve();
    const forever = new Promise<never>(() => {});
    const dead = () => handle !== database.#handle;
    async function read<T>(what: string, value: () => T): Promise<T> {
      await database.arrival(what);
      if (dead()) return await forever;
      database.beforeRead(what);
      const answer = structuredClone(value());
      await database.answer(what);
      return dead() ? await forever : answer;
    }
    const { data } = this;
    return {
      opened: {
        incarnation: this.incarnation,
        nextKey: Math.max(0, ...data.executions.keys()) + 1,
        clock: data.clock,
        secret: "ab".repeat(32),
      },
      commit(writes) {
        const previous = order;
        const applied = (async () => {
          await previous;
          await database.#gate;
          await database.arrival("commit");
          if (dead()) return await forever;
          database.apply(writes);
          database.unanswered.add(writes);
        })();
        order = applied.catch(() => {});
        const answered = answers.then(() => applied).finally(() => database.answer("commit"));
        answers = answered.catch(() => {});
        return answered.finally(() => {
          if (dead()) return forever;
          database.unanswered.delete(writes);
          return undefined;
        });
      },
      check: () => read("check", () => undefined),
      async begin() {
        const previous = order;
        const answered = answers;
        let end: () => void = () => {};
        order = new Promise<void>((resolve) => {
          end = resolve;
        });
        await previous;
        // T1: whoever committed before has been answered.
        await answered;
        await database.arrival("begin");
        if (dead()) return await forever;
        return database.#transaction(dead, end);
      },
      async saveProgram(hash, artifact) {
        await database.arrival("saveProgram");
        if (dead()) return await forever;
        database.#keepProgram(hash, artifact);
        await database.answer("saveProgram");
        if (dead()) return await forever;
      },
      programs: () => read("programs", () => [...data.programs.keys()].reverse()),
      loadProgram: (hash) => read("loadProgram", () => data.programs.get(hash)),
      findExecution: (id) =>
        read("findExecution", () => [...data.executions.values()].find(({ row }) => row.id === id)?.row),
      loadExecution: (key) =>
        read("loadExecution", () => {
          const found = data.executions.get(key);
          if (found === undefined) return undefined;
          return {
            row: found.row,
            checkpoint: found.checkpoint,
            tail: found.tail.map(({ entry }) => entry),
            tailCost: found.tail.reduce((sum, { cost }) => sum + cost, 0),
            tailBytes: found.tail.reduce((sum, { entry }) => sum + JSON.stringify(entry).length, 0),
            inbox: database.inboxOf(key),
          };
        }),
      readInbox: (key) => read("readInbox", () => database.inboxOf(key)),
      listExecutions: ({ workflow, status, before, limit }) =>
        read("listExecutions", () =>
          [...data.executions.values()]
            .map(({ row }) => row)
            .filter((row) => workflow === undefined || row.workflow === workflow)
            .filter((row) => status === undefined || row.status === status)
            .filter((row) => before === undefined || row.key < before)
            .sort((a, b) => b.key - a.key)
            .slice(0, limit),
        ),
      dueDeliveries: (until, limit) => read("dueDeliveries", () => data.outside.due(until, limit)),
      nextDelivery: (after) => read("nextDelivery", () => data.outside.nextDelivery(after)),
      deadLetters: ({ limit }) => read("deadLetters", () => data.outside.deadLetters().slice(0, limit)),
      findDelivery: (id) => read("findDelivery", () => data.outside.deliveries.find((each) => each.id === id)),
      declarations: () => read("declarations", () => data.outside.declarations),
      schedules: () => read("schedules", () => data.outside.schedules),
      prunable: (query) =>
        read("prunable", () => {
          const rows = [...data.executions.values()].map(({ row }) => row);
          return prunable(rows, data.tasks, query);
        }),
      readLogs: (key, { after = 0, limit }) =>
        read("readLogs", () => data.logs.filter((log) => log.execution === key && log.id > after).slice(0, limit)),
      countPrunable: (query) =>
        read("countPrunable", () => {
          const rows = [...data.executions.values()].map(({ row }) => row);
          return prunable(rows, data.tasks, { ...query, limit: Number.POSITIVE_INFINITY }).length;
        }),
      dueTimers: (until, limit) =>
        read("dueTimers", () =>
          data.timers
            .filter((timer) => timer.at <= until && database.inProgress(timer.execution))
            .sort((a, b) => a.at - b.at)
            .slice(0, limit),
        ),
      nextTimer: () =>
        read("nextTimer", () => {
          const times = data.timers.filter(({ execution }) => database.inProgress(execution)).map(({ at }) => at);
          return times.length === 0 ? undefined : Math.min(...times);
        }),
      pendingInboxes: (limit) =>
        read("pendingInboxes", () =>
          [
            ...new Set(
              data.inbox
                .filter(({ execution, event }) => database.inProgress(execution) || isControl(event))
                .map(({ execution }) => execution),
            ),
          ].slice(0, limit),
        ),
      openTasks: ({ after = 0, limit }) =>
        read("openTasks", () => data.tasks.filter(({ row }) => row > after).slice(0, limit)),
      timersOf: (execution) => read("timersOf", () => data.timers.filter((timer) => timer.execution === execution)),
      tasksOf: (execution) =>
        read("tasksOf", () => data.tasks.filter((task) => task.execution === execution).map(({ seq }) => seq)),
      childrenOf: (execution) =>
        read("childrenOf", () =>
          [...data.executions.values()].flatMap(({ row: { id, parent, status } }) =>
            parent?.key === execution && !isClosed(status) ? [{ id, onClose: parent.onClose }] : [],
          ),
        ),
      waitersOf: (target) =>
        read("waitersOf", () =>
          data.waiters.flatMap(({ execution, seq, reply, ...waiter }) =>
            waiter.target === target ? [{ id: data.executions.get(execution)?.row.id ?? "", seq, reply }] : [],
          ),
        ),
      anyWaiter: () => read("anyWaiter", () => data.waiters.length > 0),
      startsSince: (now) => read("startsSince", () => data.outside.starts.filter(({ until }) => until > now)),
      findTask: (execution, seq) =>
        read("findTask", () => data.tasks.find((task) => task.execution === execution && task.seq === seq)),
      sizeOf: (key) =>
        read("sizeOf", () => {
          const found = data.executions.get(key);
          return { checkpoint: found?.checkpoint?.text.length ?? 0, tail: JSON.stringify(found?.tail ?? []).length };
        }),
      async close() {},
    };
  }

  /** T1: what it adds is seen with its commit, and until it ends nothing else is committed. */
  #transaction(dead: () => boolean, end: () => void): StoreTransaction {
    const rows: string[] = [];
    const forever = new Promise<never>(() => {});
    return {
      run: async (sql) => {
        if (dead()) return await forever;
        rows.push(sql);
        return { changes: 1, lastId: 0 };
      },
      all: async () => (dead() ? await forever : rows.map((row) => ({ row }))),
      interrupt: () => {},
      commit: async (writes) => {
        await this.arrival("commit");
        if (dead()) return await forever;
        try {
          this.apply(writes, rows);
          this.unanswered.add(writes);
          await this.answer("commit");
        } finally {
          end();
        }
        if (dead()) return await forever;
        this.unanswered.delete(writes);
      },
      rollback: async () => end(),
    };
  }

  inboxOf(key: number): InboxRow[] {
    return this.data.inbox.filter(({ execution }) => execution === key).map(({ id, event }) => ({ id, event }));
  }

  inProgress(key: number): boolean {
    return this.data.executions.get(key)?.row.status === "IN_PROGRESS";
  }

  /** All writes, and rows of authors, or none. */
  apply(writes: readonly Write[], rows: readonly string[] = []): void {
    this.attempts++;
    this.beforeCommit(this.attempts, writes);
    const { programs: _, outside, ...changing } = this.data;
    const before = { ...structuredClone(changing), outside: outside.copy() };
    try {
      for (const write of writes) if (!this.data.outside.apply(write)) this.#apply(write);
      this.data.outside.rows.push(...rows);
    } catch (error) {
      Object.assign(this.data, before);
      throw error;
    }
    this.commits.push(structuredClone(writes));
  }

  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: one case per write
  #apply(write: Write): void {
    const { data } = this;
    switch (write.kind) {
      case "createExecution":
        demand(data.programs.has(write.row.program), "unknown program");
        demand(![...data.executions.values()].some(({ row }) => row.id === write.row.id), "duplicate id");
        demand(!data.executions.has(write.row.key), "duplicate key");
        data.executions.set(write.row.key, { row: write.row, checkpoint: undefined, tail: [] });
        return;
      case "setStatus": {
        const found = this.#open(write.execution);
        const { kind: _, execution: __, keepState = false, ...change } = write;
        found.row = { ...found.row, ...change };
        if (!isClosed(write.status)) return;
        if (!keepState) {
          found.checkpoint = undefined;
          found.tail = [];
        }
        data.timers = data.timers.filter((timer) => timer.execution !== write.execution);
        data.inbox = data.inbox.filter((entry) => entry.execution !== write.execution);
        data.waiters = data.waiters.filter(({ execution, target }) => ![execution, target].includes(write.execution));
        return;
      }
      case "addWaiter": {
        const { kind: _, ...waiter } = write;
        this.#open(write.execution);
        data.waiters.push(waiter);
        return;
      }
      case "removeWaiter":
        data.waiters = data.waiters.filter((w) => w.execution !== write.execution || w.seq !== write.seq);
        return;
      case "appendTail": {
        const found = this.#open(write.execution);
        demand(write.entry.n === lastOf(found) + 1, `tail gap at ${write.entry.n} after ${lastOf(found)}`);
        demand(Number.isInteger(write.cost), "a cost is not an integer");
        found.tail.push({ entry: write.entry, cost: write.cost });
        return;
      }
      case "putCheckpoint": {
        const found = this.#open(write.execution);
        demand(write.n >= 1 && write.n <= lastOf(found) + 1, "checkpoint ahead of the tail");
        demand(write.n >= (found.checkpoint?.n ?? 0), "checkpoint older than the stored one");
        found.checkpoint = { n: write.n, text: write.text, cost: write.cost };
        found.tail = found.tail.filter(({ entry }) => entry.n > write.n);
        return;
      }
      case "addTimer":
        this.#open(write.timer.execution);
        demand(!data.timers.some((t) => t.execution === write.timer.execution && t.seq === write.timer.seq), "timer");
        data.timers.push(write.timer);
        return;
      case "removeTimer":
        data.timers = data.timers.filter((t) => t.execution !== write.execution || t.seq !== write.seq);
        return;
      case "addTask": {
        const { row } = this.#known(write.execution);
        demand(!data.tasks.some((t) => t.execution === write.execution && t.seq === write.seq), "duplicate task");
        const { kind: _, ...task } = write;
        const attempt = write.lease === 0 ? 0 : 1;
        const { id: executionId, workflow, program } = row;
        const waits = { readyAt: 0, isWaiting: false };
        data.tasks.push({ ...task, ...waits, row: data.nextId++, executionId, workflow, program, attempt });
        return;
      }
      case "leaseTask":
        this.#task(write, {
          ...{ lease: write.lease, attempt: write.attempt, isWaiting: false },
          ...(write.crashes === undefined ? {} : { crashes: write.crashes }),
        });
        return;
      case "retryTask":
        this.#task(write, { lease: 0, isWaiting: false, readyAt: write.readyAt });
        return;
      case "awaitTask":
        this.#task(write, { isWaiting: true });
        return;
      case "beatTask":
        if (data.tasks.some((t) => t.execution === write.execution && t.seq === write.seq)) {
          this.#task(write, { beat: { at: write.at, details: write.details } });
        }
        return;
      case "removeTask": {
        const left = data.tasks.filter((t) => t.execution !== write.execution || t.seq !== write.seq);
        demand(left.length === data.tasks.length - 1, "no such task");
        data.tasks = left;
        return;
      }
      case "cancelTask":
        data.tasks = data.tasks.filter((t) => t.execution !== write.execution || t.seq !== write.seq);
        return;
      case "completeTask": {
        const left = data.tasks.filter((t) => t.execution !== write.execution || t.seq !== write.seq);
        demand(left.length === data.tasks.length - 1, "no such task");
        data.tasks = left;
        const { execution, event, time, level, text } = write;
        if (isClosed(this.#known(execution).row.status))
          data.logs.push({ execution, id: data.nextId++, time, level, text });
        else data.inbox.push({ id: data.nextId++, execution, event });
        return;
      }
      case "removeExecution":
        demand(isClosed(this.#known(write.execution).row.status), "an execution that is not closed goes");
        demand(!data.tasks.some((t) => t.execution === write.execution), "an execution with open tasks goes");
        data.executions.delete(write.execution);
        data.logs = data.logs.filter((log) => log.execution !== write.execution);
        return;
      case "addInbox":
        this.#addInbox(write);
        return;
      case "removeInbox": {
        const left = data.inbox.filter(({ id }) => id !== write.id);
        demand(left.length === data.inbox.length - 1, "no such inbox entry");
        data.inbox = left;
        return;
      }
      case "addLog": {
        const { kind: _, ...log } = write;
        this.#known(write.execution);
        data.logs.push({ ...log, id: data.nextId++ });
        return;
      }
      case "addHistory":
        this.#known(write.execution);
        return;
      case "setClock":
        data.clock = Math.max(data.clock, write.now);
        return;
      default:
        throw new TypeError(`the store in memory knows no ${write.kind}`);
    }
  }

  #addInbox({ execution, event, once }: Extract<Write, { kind: "addInbox" }>): void {
    const { data } = this;
    this.#open(execution);
    const mark = JSON.stringify([execution, once]);
    if (once !== undefined && data.signals.has(mark)) return;
    if (once !== undefined) data.signals.add(mark);
    data.inbox.push({ id: data.nextId++, execution, event });
  }

  #task(where: { readonly execution: number; readonly seq: number }, change: Partial<TaskRow>): void {
    const { tasks } = this.data;
    const index = tasks.findIndex((t) => t.execution === where.execution && t.seq === where.seq);
    const task = tasks[index];
    if (task === undefined) throw new Error("no such task");
    tasks[index] = { ...task, ...change };
  }

  #known(key: number): Execution {
    const found = this.data.executions.get(key);
    if (found === undefined) throw new Error(`no execution ${key}`);
    return found;
  }

  #open(key: number): Execution {
    const found = this.#known(key);
    demand(!isClosed(found.row.status), `execution ${key} is closed`);
    return found;
  }
}

/** The events that an execution has consumed in order, as far as its tail still shows them. */
export function tailEvents(database: Database, key: number): readonly Event[] {
  return database.data.executions.get(key)?.tail.flatMap(({ entry }) => entry.events) ?? [];
}

function lastOf(execution: Execution): number {
  return execution.tail.at(-1)?.entry.n ?? execution.checkpoint?.n ?? 0;
}

function demand(condition: boolean, why: string): void {
  if (!condition) throw contradiction(why);
}
