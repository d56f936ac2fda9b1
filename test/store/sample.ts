/** Small writes and rows that the store's tests are made of. */
import type { Event } from "#runtime/protocol/event.js";
import { Fault } from "#runtime/protocol/fault.js";
import type { ExecutionRow, Store, Write } from "#runtime/store/store.js";

export const PROGRAM = "0123456789abcdef".repeat(4);
export const NOW = 1_795_000_000_000;

/** Execution `key`, in progress. */
export function execution(key: number, more: Partial<ExecutionRow> = {}): ExecutionRow {
  return {
    key,
    id: `order/${key}`,
    workflow: "order",
    program: PROGRAM,
    status: "IN_PROGRESS",
    input: `j{"n":${key}}`,
    startTime: NOW + key,
    ...more,
  };
}

export function create(key: number, more: Partial<ExecutionRow> = {}): Write {
  return { kind: "createExecution", row: execution(key, more) };
}

export function append(key: number, n: number, events: readonly Event[] = [{ kind: "timer", seq: n }]): Write {
  return {
    kind: "appendTail",
    execution: key,
    entry: { n, now: NOW + n, events, commandsHash: `hash ${n}` },
    cost: 10 * n,
  };
}

export function checkpoint(key: number, n: number, text = `checkpoint ${n}`): Write {
  return { kind: "putCheckpoint", execution: key, n, text, cost: 7 };
}

export function timer(key: number, seq: number, at: number): Write {
  return { kind: "addTimer", timer: { execution: key, seq, at } };
}

export function task(key: number, seq: number, lease = 0): Write {
  return {
    kind: "addTask",
    execution: key,
    seq,
    task: "charge",
    input: "j1",
    onCrash: "retry",
    lease,
    scheduledTime: NOW,
  };
}

export function letter(key: number, payload = "j1"): Write {
  return { kind: "addInbox", execution: key, event: { kind: "signal", signal: "go", payload } };
}

export function close(key: number): Write {
  return {
    kind: "setStatus",
    execution: key,
    status: "SUCCEEDED",
    outcome: { ok: true, value: "j0" },
    endTime: NOW + 99,
  };
}

export function status(key: number, to: "IN_PROGRESS" | "SUSPENDED"): Write {
  return { kind: "setStatus", execution: key, status: to };
}

/** A store that knows the program and the executions `1 … count`. */
export async function populate(store: Store, count = 1): Promise<Store> {
  await store.saveProgram(PROGRAM, "artifact");
  await store.commit(Array.from({ length: count }, (_, index) => create(index + 1)));
  return store;
}

/** For `assert.rejects`: a Fault of this code whose message matches. */
export function fault(code: `EV${number}`, message = /./) {
  return (error: unknown): boolean => {
    if (!(error instanceof Fault)) throw error;
    if (error.code === code && message.test(error.message) && error.remedy.length > 0) return true;
    throw error;
  };
}
