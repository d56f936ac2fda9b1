/** Connections to SQLite that count, record or fail on purpose: wrappers around the real driver. */
import type { Fault } from "#runtime/protocol/fault.js";
import { type Connect, type Connection, connect, type Statement } from "#runtime/store/sqlite/driver.js";
import { faultOf } from "#runtime/store/sqlite/faults.js";

/** Called before each call of the driver; may throw in its place. */
export type Before = (call: { readonly method: string; readonly path: string; readonly sql: string }) => Promise<void>;

/** The real driver with `before` in front of every call but close. */
export function intercepted(before: Before): Connect {
  return async (path, mode) => {
    await before({ method: "connect", path, sql: mode });
    return wrapConnection(await connect(path, mode), path, before);
  };
}

/** An error as SQLite reports it. */
export function sqliteFault(errno: number, message: string, path: string): Fault {
  return faultOf(Object.assign(new Error(message), { errno }), path);
}

export const IO_ERROR = 10;
export const FULL = 13;
export const BUSY = 5;

function wrapConnection(inner: Connection, path: string, before: Before): Connection {
  return {
    async prepare(sql) {
      await before({ method: "prepare", path, sql });
      return wrapStatement(await inner.prepare(sql), path, sql, before);
    },
    async exec(sql) {
      await before({ method: "exec", path, sql });
      return inner.exec(sql);
    },
    interrupt: () => inner.interrupt(),
    close: () => inner.close(),
  };
}

function wrapStatement(inner: Statement, path: string, sql: string, before: Before): Statement {
  return {
    async run(parameters) {
      await before({ method: "run", path, sql });
      return inner.run(parameters);
    },
    async all(parameters) {
      await before({ method: "all", path, sql });
      return inner.all(parameters);
    },
    async finalize() {
      await before({ method: "finalize", path, sql });
      return inner.finalize();
    },
  };
}
