/** `ctx.db`: statements of a handler on their way to the engine, which runs them in the attempt's transaction. */
import type { SqlParameter, TaskDatabase } from "../api/types.js";
import { Fault } from "../protocol/fault.js";
import type { HostRequest } from "../protocol/host-request.js";
import { decode, type Outcome } from "../protocol/value.js";

export interface DatabaseState {
  /** The handler has begun a transaction, or is over. */
  phase: "unused" | "open" | "over";
}

/** `attempt`: the call's ref; `state` is kept up to date for those who have to know. */
export function makeDatabase(
  attempt: string,
  state: DatabaseState,
  ask: (request: HostRequest) => Promise<Outcome>,
): TaskDatabase {
  const send = async (mode: "run" | "rows", sql: string, parameters: readonly SqlParameter[]): Promise<unknown> => {
    if (state.phase === "over") throw over();
    state.phase = "open";
    if (typeof sql !== "string") throw wrongArgument("the statement is not a text");
    parameters.forEach(checkParameter);
    const outcome = await ask({ kind: "statement", attempt, mode, sql, parameters: parameters.map(unshared) });
    if (outcome.ok) return decode(outcome.value);
    throw decode(outcome.error);
  };
  const all = async <Row>(sql: string, ...parameters: readonly SqlParameter[]): Promise<readonly Row[]> =>
    (await send("rows", sql, parameters)) as readonly Row[];
  return {
    all,
    async get<Row>(sql: string, ...parameters: readonly SqlParameter[]) {
      return (await all<Row>(sql, ...parameters))[0];
    },
    async run(sql, ...parameters) {
      return (await send("run", sql, parameters)) as { readonly changes: number; readonly lastId: number };
    },
  };
}

/** What a request other than a statement is told while a transaction is open: it would wait for the transaction's end. */
export function refusedInTransaction(kind: string): Fault {
  return new Fault("EV7026", `the task has used ctx.db and asks the engine for something else (${kind})`, {
    remedy:
      "Do it before the first use of ctx.db, or in another task: what the engine stores waits for the transaction.",
  });
}

/** Copied between threads, unlike a view of shared memory. */
function unshared(value: SqlParameter): string | number | boolean | null | Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}

function checkParameter(value: unknown, index: number): void {
  if (value === null || typeof value === "string" || typeof value === "boolean" || value instanceof Uint8Array) return;
  if (typeof value === "number" && Number.isFinite(value)) return;
  const what = typeof value === "object" ? "an object" : `${typeof value === "number" ? value : `a ${typeof value}`}`;
  throw wrongArgument(`parameter ${index + 1} is ${what}`);
}

function wrongArgument(what: string): Fault {
  return new Fault("EV7024", `a statement of the task's transaction cannot be run: ${what}`, {
    remedy: "Pass the statement, then its parameters one by one: texts, finite numbers, booleans, null or Uint8Array.",
  });
}

function over(): Fault {
  return new Fault("EV7023", "the task's transaction is over", {
    remedy: "Use ctx.db only until the handler has returned: await every statement.",
  });
}
