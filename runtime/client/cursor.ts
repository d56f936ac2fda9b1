/** Cursors of pages: opaque, because what they hold may change. */
import { Fault } from "../protocol/fault.js";

/** The field `next` of a page of `limit` rows, whose last one has the key `last`; none after the last page. */
export function nextOf(last: number | undefined, rows: readonly unknown[], limit: number): { next?: string } {
  return last === undefined || rows.length < limit ? {} : { next: cursorOf(last) };
}

/** A page of `rows`, asked for with `limit`; `key` gives what the next page begins after. */
export function pageOf<T>(rows: readonly T[], limit: number, key: (row: T) => number): { items: T[]; next?: string } {
  const last = rows.at(-1);
  return { items: [...rows], ...nextOf(last === undefined ? undefined : key(last), rows, limit) };
}

/** The cursor of what follows `key`. */
export function cursorOf(key: number): string {
  return Buffer.from(`k${key}`).toString("base64url");
}

/** Throws Fault EV8301 for what no page has given. */
export function readCursor(cursor: string): number {
  const [, key] = /^k(\d{1,15})$/.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (key !== undefined) return Number(key);
  throw new Fault("EV8301", `The cursor ${JSON.stringify(cursor)} is none`, {
    remedy: "Use the `next` of the page before, or leave it out.",
  });
}
