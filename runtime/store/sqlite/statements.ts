/**
 * Which statements authors may run in their transactions: reading and changing tables, indexes and views of their own.
 *
 * G1  One statement at a time, none that begins or ends a transaction, none that concerns the connection.
 * G2  Tables of Eventual can be neither read nor changed: whatever the statement says, the pages that it would open are
 *     looked up in the code that SQLite made of it. What changes the layout names its table, so its words are looked at.
 */
import { Fault } from "../../protocol/fault.js";
import type { Connection, Row } from "./driver.js";
import { MIGRATIONS } from "./migrations.js";

/** A name, plain or quoted in any of SQLite's ways. */
const NAME = String.raw`(?:"(?:[^"]|"")*"|\[[^\]]*\]|${"`(?:[^`]|``)*`"}|[\p{L}_][\p{L}\p{N}_$]*)`;
const TARGET = String.raw`(?:main\s*\.\s*)?(${NAME})(?![\p{L}\p{N}_$]*\s*\.)`;
const EXISTS = String.raw`(?:if\s+(?:not\s+)?exists\s+)?`;
const FORMS: readonly RegExp[] = [
  /^(?:select|values|with|insert|replace|update|delete)(?![\p{L}\p{N}_$])/iu,
  new RegExp(String.raw`^create\s+(?:table|view)\s+${EXISTS}${TARGET}`, "iu"),
  new RegExp(String.raw`^create\s+(?:unique\s+)?index\s+${EXISTS}${TARGET}\s+on\s+(${NAME})`, "iu"),
  new RegExp(String.raw`^drop\s+(?:table|view|index)\s+${EXISTS}${TARGET}`, "iu"),
  new RegExp(String.raw`^alter\s+table\s+${TARGET}`, "iu"),
];
const CHANGES_LAYOUT = /^(?:create|drop|alter)/iu;

/** Tables and indexes of Eventual, and the views by which it writes. */
const RESERVED: ReadonlySet<string> = new Set([
  ...MIGRATIONS.flatMap((step) => [...step.matchAll(/CREATE (?:TABLE|INDEX) (\w+)/g)].map(([, name]) => name ?? "")),
  "change",
  "rare_change",
]);
const RESERVED_PREFIX = /^(?:eventual|sqlite)_/i;

const MOST_KNOWN = 500;

/** Says of each statement whether it is allowed, for one connection. */
export class StatementGuard {
  readonly #connection: Connection;
  readonly #known = new Set<string>();
  #pages: ReadonlySet<number> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Throws Fault EV7022 for a statement that is not allowed, and what SQLite says of one that makes no sense. */
  async check(sql: string): Promise<void> {
    if (this.#known.has(sql)) return;
    const text = onlyStatement(sql);
    const match = FORMS.map((form) => form.exec(text)).find((found) => found !== null);
    if (match === undefined) throw refused("it is none that reads or changes tables of your own");
    for (const name of match.slice(1)) if (isReserved(unquoted(name ?? ""))) throw ofEventual(unquoted(name ?? ""));
    for (const row of await this.#explain(text)) await this.#checkOpened(row);
    if (CHANGES_LAYOUT.test(text)) {
      // Pages may get another use by it.
      this.#known.clear();
      return;
    }
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(sql);
  }

  async #checkOpened(row: Row): Promise<void> {
    const { opcode, p1, p2, p3, p5 } = row;
    if (opcode === "VUpdate") throw refused("it changes a virtual table");
    const opens = opcode === "OpenRead" || opcode === "OpenWrite" || opcode === "ReopenIdx";
    // Of the database file itself, which is number 0.
    const page = opens && !isRegister(p5) && p3 === 0 ? p2 : opcode === "Clear" && p2 === 0 ? p1 : undefined;
    if (typeof page !== "number") return;
    this.#pages ??= await this.#pagesOfEventual();
    if (this.#pages.has(page)) throw ofEventual(undefined);
  }

  /** Roots of Eventual's tables and indexes. They never change while the database is open. */
  async #pagesOfEventual(): Promise<ReadonlySet<number>> {
    const rows = await this.#all("SELECT name, tbl_name, rootpage FROM main.sqlite_schema WHERE rootpage > 0");
    return new Set(rows.filter(({ tbl_name }) => isReserved(String(tbl_name))).map(({ rootpage }) => Number(rootpage)));
  }

  #explain(sql: string): Promise<readonly Row[]> {
    return this.#all(`EXPLAIN ${sql}`);
  }

  async #all(sql: string): Promise<readonly Row[]> {
    const statement = await this.#connection.prepare(sql);
    try {
      return await statement.all();
    } finally {
      await statement.finalize();
    }
  }
}

/** The page's number is in a register: of a table that the statement itself makes. */
function isRegister(flags: unknown): boolean {
  return typeof flags === "number" && (flags & 16) !== 0;
}

function isReserved(name: string): boolean {
  return RESERVED.has(name.toLowerCase()) || RESERVED_PREFIX.test(name);
}

function unquoted(name: string): string {
  return /^["[`]/.test(name) ? name.slice(1, -1) : name;
}

/** The text of the one statement without comments around its parts. Throws Fault EV7022 when there are several. */
function onlyStatement(sql: string): string {
  let text = "";
  let ended = false;
  for (const [part] of sql.matchAll(PARTS)) {
    if (part.startsWith("--") || part.startsWith("/*")) text += " ";
    else if (part === ";") ended = true;
    else if (ended && part.trim() !== "") throw refused("it is more than one statement");
    else text += part;
  }
  return text.trim();
}

/** Comments, quoted parts, semicolons, and what is between. */
const PARTS = /--[^\n]*|\/\*.*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|;|[^-/'"`[;]+|./gs;

function refused(why: string): Fault {
  return new Fault("EV7022", `the statement is not allowed in a task's transaction: ${why}`, {
    remedy:
      "Use one statement at a time: SELECT, INSERT, UPDATE, DELETE, or CREATE, ALTER, DROP of tables, indexes and views.",
  });
}

function ofEventual(name: string | undefined): Fault {
  const what = name === undefined ? "a table" : `"${name}", a name`;
  return new Fault("EV7022", `the statement is not allowed in a task's transaction: it uses ${what} of Eventual`, {
    remedy: "Use tables of your own, with names that Eventual does not use, such as shop_orders.",
  });
}
