/**
 * What the store in memory keeps besides executions: queues of subscriptions, schedules, declarations, and the rows of
 * authors, of which a statement's text is the row that it adds.
 */
import { isClosed } from "#runtime/protocol/execution.js";
import type {
  DeadLetter,
  DeclarationRow,
  DeliveryRow,
  ExecutionRow,
  PrunableQuery,
  ScheduleRow,
  StartRow,
  TaskRow,
  Write,
} from "#runtime/store/store.js";

export type Delivery = DeliveryRow & Partial<Pick<DeadLetter, "deadAt" | "error">>;

export class OutsideData {
  deliveries: Delivery[] = [];
  declarations: DeclarationRow[] = [];
  schedules: ScheduleRow[] = [];
  starts: StartRow[] = [];
  /** What authors' statements have added. */
  rows: string[] = [];
  #next = 1;

  copy(): OutsideData {
    const copy = new OutsideData();
    const { deliveries, declarations, schedules, starts, rows } = this;
    Object.assign(copy, structuredClone({ deliveries, declarations, schedules, starts, rows }));
    copy.#next = this.#next;
    return copy;
  }

  /** False for a write that is none of these. */
  apply(write: Write): boolean {
    switch (write.kind) {
      case "addDelivery": {
        const { kind: _, ...delivery } = write;
        this.deliveries.push({ ...delivery, id: this.#next++, attempt: 0, readyAt: write.time });
        return true;
      }
      case "leaseDelivery":
        this.#change(write.id, false, { lease: write.lease, crashes: write.crashes });
        return true;
      case "noteStart": {
        const { kind: _, ...start } = write;
        this.starts = [...this.starts.filter(({ until }) => until > write.at), start];
        return true;
      }
      case "retryDelivery":
        this.#change(write.id, false, { attempt: write.attempt, readyAt: write.readyAt, lease: 0 });
        return true;
      case "buryDelivery":
        this.#change(write.id, false, { attempt: write.attempt, deadAt: write.time, error: write.error });
        return true;
      case "reviveDelivery": {
        const { deadAt: _, error: __, ...delivery } = this.#delivery(write.id, true);
        this.#put({ ...delivery, attempt: 0, readyAt: write.time, lease: 0, crashes: 0 });
        return true;
      }
      case "removeDelivery": {
        const left = this.deliveries.filter(({ id }) => id !== write.id);
        if (left.length === this.deliveries.length) throw contradiction("no such delivery");
        this.deliveries = left;
        return true;
      }
      case "declare": {
        const gone = new Set([write.program, ...write.replaces]);
        const left = this.declarations.filter(({ program }) => !gone.has(program));
        this.declarations = [...left, { program: write.program, declared: write.declared }];
        return true;
      }
      case "putSchedule":
        this.schedules = [...this.schedules.filter(({ name }) => name !== write.row.name), write.row];
        return true;
      case "removeSchedule":
        this.schedules = this.schedules.filter(({ name }) => name !== write.name);
        return true;
      default:
        return false;
    }
  }

  due(until: number, limit: number): readonly Delivery[] {
    const waiting = this.deliveries.filter(({ deadAt, readyAt }) => deadAt === undefined && readyAt <= until);
    return waiting.sort((a, b) => a.readyAt - b.readyAt || a.id - b.id).slice(0, limit);
  }

  nextDelivery(after: number): number | undefined {
    const times = this.deliveries.filter(({ deadAt, readyAt }) => deadAt === undefined && readyAt > after);
    return times.length === 0 ? undefined : Math.min(...times.map(({ readyAt }) => readyAt));
  }

  deadLetters(): readonly DeadLetter[] {
    return this.deliveries.filter((delivery): delivery is DeadLetter => delivery.deadAt !== undefined);
  }

  #delivery(id: number, isDead: boolean): Delivery {
    const found = this.deliveries.find((delivery) => delivery.id === id);
    if (found === undefined || (found.deadAt !== undefined) !== isDead) throw contradiction("no such delivery");
    return found;
  }

  #change(id: number, isDead: boolean, change: Partial<Delivery>): void {
    this.#put({ ...this.#delivery(id, isDead), ...change });
  }

  #put(delivery: Delivery): void {
    this.deliveries = this.deliveries.map((each) => (each.id === delivery.id ? delivery : each));
  }
}

/** Closed executions that may go, those closed first before others. */
export function prunable(
  rows: readonly ExecutionRow[],
  tasks: readonly TaskRow[],
  { until, workflow, status, limit }: PrunableQuery & { readonly limit: number },
): { readonly key: number; readonly id: string; readonly endTime: number }[] {
  return rows
    .filter((row) => isClosed(row.status) && (workflow === undefined || row.workflow === workflow))
    .filter((row) => status === undefined || row.status === status)
    .flatMap(({ key, id, endTime }) => (endTime === undefined ? [] : [{ key, id, endTime }]))
    .filter(({ key, endTime }) => endTime <= until && !tasks.some(({ execution }) => execution === key))
    .sort((a, b) => a.endTime - b.endTime)
    .slice(0, limit);
}

export function contradiction(why: string): Error {
  return new Error(`a write contradicts the stored state: ${why}`);
}
