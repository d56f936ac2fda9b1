/**
 * Schedules: they start executions when they are due.
 *
 * C1  Each moment at which a schedule is due starts at most one execution: its name is made from the moment, and the row
 *     goes on only after the execution is durable.
 * C2  Moments that passed while no engine ran are made up for as far as `catchUp` says, the latest ones.
 * C3  A schedule belongs to the program that declares it. What no program in force declares is forgotten; one that is
 *     declared otherwise than before begins anew, but stays paused.
 * C4  Rows change one after the other, each from what is stored: a pause that is asked for while a schedule is served
 *     takes effect at once, and is not overwritten.
 */

import type { ScheduleDeclaration } from "../protocol/declarations.js";
import { isClosed } from "../protocol/execution.js";
import type { ScheduleRow, Write } from "../store/store.js";
import type { InForce } from "./declarations.js";
import type { StartReply } from "./engine.js";
import { unknownSchedule } from "./faults.js";
import { retryDelay } from "./limits.js";
import type { Parts } from "./parts.js";
import { nextDue } from "./recurrence.js";
import type { Starter } from "./start.js";

type ScheduleParts = Pick<
  Parts,
  "store" | "declarations" | "time" | "limits" | "activity" | "wakeups" | "report" | "results"
>;
type Declared = InForce<ScheduleDeclaration>;

/** A schedule as operators see it. */
export interface ScheduleStatus extends Omit<ScheduleRow, "definition"> {
  readonly workflow: string;
  readonly program: string;
  readonly when: ScheduleDeclaration["when"];
  readonly overlap: ScheduleDeclaration["overlap"];
}

export class Schedules {
  readonly #parts: ScheduleParts;
  readonly #starter: Pick<Starter, "start">;
  readonly #rows = new Map<string, ScheduleRow>();
  /** Moments before this one have passed while no engine ran. */
  readonly #opened: number;
  /** Settles with the last service, and with the last change of a row. */
  #work: Promise<void> = Promise.resolve();
  #changes: Promise<void> = Promise.resolve();
  #failures = 0;
  #stopped = false;

  constructor(parts: ScheduleParts, starter: Pick<Starter, "start">) {
    this.#parts = parts;
    this.#starter = starter;
    this.#opened = parts.time.now();
  }

  /** Reads the rows, brings them in line with what is declared, and begins. To be called once. */
  async open(): Promise<void> {
    for (const row of await this.#parts.store.schedules()) this.#rows.set(row.name, row);
    await this.declared();
  }

  /** What is declared has changed. Durable when it resolves. */
  async declared(): Promise<void> {
    await this.#change(() => this.#declared());
    this.look();
  }

  async #declared(): Promise<void> {
    const declared = this.#parts.declarations.schedules();
    const now = this.#parts.time.now();
    const writes: Write[] = [];
    for (const [name, declaration] of declared) {
      const known = this.#rows.get(name);
      const { program: _, ...own } = declaration;
      const definition = JSON.stringify(own);
      if (known?.definition === definition) continue;
      const base = { name, definition, paused: known?.paused ?? false };
      writes.push({ kind: "putSchedule", row: withNext(base, nextDue(declaration, now, now)) });
    }
    for (const name of this.#rows.keys()) if (!declared.has(name)) writes.push({ kind: "removeSchedule", name });
    if (writes.length > 0) await this.#commit(writes);
  }

  /** Starts what is due. */
  look(): void {
    this.#do(async () => {
      for (const row of [...this.#rows.values()]) await this.#serve(row);
    });
  }

  /** An execution has ended: one that waited for it may begin. */
  ended(executionId: string): void {
    const isAwaited = [...this.#rows.values()].some(
      (row) => row.bufferedAt !== undefined && row.lastExecution === executionId,
    );
    if (isAwaited) this.look();
  }

  list(): readonly ScheduleStatus[] {
    const all: ScheduleStatus[] = [];
    for (const { definition: _, ...row } of this.#rows.values()) {
      const declared = this.#parts.declarations.schedules().get(row.name);
      if (declared === undefined) continue;
      const { workflow, program, when, overlap } = declared;
      all.push({ ...row, workflow, program, when, overlap });
    }
    return all.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Throws Fault EV8020 for an unknown schedule. */
  async pause(name: string): Promise<void> {
    await this.#change(async () => {
      await this.#put({ ...rested(this.#require(name).row), paused: true });
      this.#arm();
    });
  }

  /** It is next due as if it began now. Throws Fault EV8020 for an unknown schedule. */
  async resume(name: string): Promise<void> {
    await this.#change(async () => {
      const { row, declared } = this.#require(name);
      if (!row.paused) return;
      const now = this.#parts.time.now();
      await this.#put(withNext({ ...row, paused: false }, nextDue(declared, now, now)));
      this.#arm();
    });
  }

  /** Starts an execution now, whatever is due. Throws Fault EV8020, and what a start throws. */
  async trigger(name: string): Promise<StartReply> {
    const { declared } = this.#require(name);
    return await this.#start(declared, `${nameOf(name, this.#parts.time.now())}-triggered`);
  }

  /** Starts nothing more. Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  #require(name: string): { readonly row: ScheduleRow; readonly declared: Declared } {
    const row = this.#rows.get(name);
    const declared = this.#parts.declarations.schedules().get(name);
    if (row === undefined || declared === undefined) throw unknownSchedule(name, [...this.#rows.keys()]);
    return { row, declared };
  }

  /** Serves; what fails is tried again later. */
  #do(work: () => Promise<void>): void {
    const { report, wakeups, time, limits } = this.#parts;
    const serve = async (): Promise<void> => {
      if (this.#stopped) return;
      try {
        await work();
        this.#failures = 0;
        this.#arm();
      } catch (cause) {
        if (this.#stopped) return;
        this.#failures++;
        report({ message: "a schedule could not be served and will be tried again", cause });
        wakeups.set("schedules", time.now() + retryDelay(this.#failures, limits), () => this.look());
      }
    };
    // Who waits for its turn is not counted as activity: the one before may need time to pass.
    this.#work = this.#work.then(() => this.#parts.activity.during(serve()));
  }

  /** C4. */
  #change(work: () => Promise<void>): Promise<void> {
    const done = this.#parts.activity.during(this.#changes.then(work));
    this.#changes = done.catch(() => undefined);
    return done;
  }

  #arm(): void {
    let next: number | undefined;
    for (const { paused, nextAt } of this.#rows.values()) {
      if (!paused && nextAt !== undefined) next = Math.min(next ?? nextAt, nextAt);
    }
    this.#parts.wakeups.set("schedules", next, () => this.look());
  }

  async #serve(row: ScheduleRow): Promise<void> {
    const declared = this.#parts.declarations.schedules().get(row.name);
    if (declared === undefined || row.paused) return;
    const now = this.#parts.time.now();
    let current: ScheduleRow | undefined = row;
    if (row.bufferedAt !== undefined && !(await this.#isOpen(row))) {
      current = await this.#begin(declared, row, row.bufferedAt);
    }
    if (row.nextAt === undefined || row.nextAt > now) return;
    for (const at of this.#dueOf(declared, row.nextAt, now)) {
      if (current !== undefined) current = await this.#meet(declared, current, at);
    }
    const nextAt = nextDue(declared, lastDue(declared, row, now), now);
    if (current !== undefined) await this.#goOn(current, (stored) => withNext(stored, nextAt));
  }

  /** The moments at which something is to be started, in order: those on time, and the missed ones to be made up for. */
  #dueOf(declared: Declared, first: number, now: number): readonly number[] {
    const missed: number[] = [];
    const onTime: number[] = [];
    for (let at: number | undefined = first; at !== undefined && at <= now; at = nextDue(declared, at, at)) {
      if (at >= this.#opened) onTime.push(at);
      else missed.push(at);
      if (missed.length > declared.catchUp) missed.shift();
    }
    return [...missed, ...onTime];
  }

  /** Starts an execution, or does what the schedule says of overlaps. Gives undefined when the row is to be left. */
  async #meet(declared: Declared, row: ScheduleRow, at: number): Promise<ScheduleRow | undefined> {
    if (declared.overlap === "allow" || !(await this.#isOpen(row))) return await this.#begin(declared, row, at);
    return declared.overlap === "skip" ? row : await this.#goOn(row, (stored) => ({ ...stored, bufferedAt: at }));
  }

  async #begin(declared: Declared, row: ScheduleRow, at: number): Promise<ScheduleRow | undefined> {
    const { executionId } = await this.#start(declared, nameOf(row.name, at));
    return await this.#goOn(row, ({ bufferedAt, ...stored }) => ({
      ...stored,
      // Buffered meanwhile: only the moment that has begun is done with.
      ...(bufferedAt === undefined || bufferedAt === at ? {} : { bufferedAt }),
      ...{ lastAt: at, lastExecution: executionId },
    }));
  }

  /** Changes a row that is being served. Gives undefined when it was paused or declared otherwise meanwhile. */
  async #goOn(row: ScheduleRow, change: (stored: ScheduleRow) => ScheduleRow): Promise<ScheduleRow | undefined> {
    let changed: ScheduleRow | undefined;
    await this.#change(async () => {
      const stored = this.#rows.get(row.name);
      if (stored?.definition !== row.definition) return;
      const next = change(stored);
      if (!stored.paused) changed = await this.#put(next);
      else await this.#put(rested(next));
    });
    return changed;
  }

  async #start({ workflow, input, program }: Declared, name: string): Promise<StartReply> {
    // Until it is acknowledged time may have to pass, which a virtual clock allows only at rest.
    return await this.#parts.activity.apart(this.#starter.start({ workflow, program, input, name }));
  }

  async #isOpen({ lastExecution }: ScheduleRow): Promise<boolean> {
    if (lastExecution === undefined) return false;
    const found = await this.#parts.store.findExecution(lastExecution);
    return found !== undefined && !isClosed(found.status);
  }

  async #put(row: ScheduleRow): Promise<ScheduleRow> {
    await this.#commit([{ kind: "putSchedule", row }]);
    return row;
  }

  async #commit(writes: readonly Write[]): Promise<void> {
    await this.#parts.store.commit(writes);
    for (const write of writes) {
      if (write.kind === "putSchedule") this.#rows.set(write.row.name, write.row);
      else if (write.kind === "removeSchedule") this.#rows.delete(write.name);
    }
  }
}

/** Due at no time. */
function rested({ nextAt: _, bufferedAt: __, ...row }: ScheduleRow): ScheduleRow {
  return row;
}

function withNext<Row extends Omit<ScheduleRow, "nextAt">>(row: Row, nextAt: number | undefined): ScheduleRow {
  const { nextAt: _, ...rest } = row as ScheduleRow;
  return nextAt === undefined ? rest : { ...rest, nextAt };
}

/** What comes every so often counts from when it was due, not from when it was served. */
function lastDue(declared: Declared, { nextAt = 0 }: ScheduleRow, now: number): number {
  return "every" in declared.when ? nextAt : now;
}

/** The name of the execution for a moment: the same however often it is tried. */
function nameOf(schedule: string, at: number): string {
  return `${schedule}-${new Date(at).toISOString()}`;
}
