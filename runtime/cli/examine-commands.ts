/** The commands that look into the database file itself, beside an engine that may have it open. */
import { setTimeout as delay } from "node:timers/promises";
import { listedPrograms, storedProgram } from "../client/program-list.js";
import { unknownExecution } from "../engine/faults.js";
import { standingOf } from "../inspect/standing.js";
import { isClosed } from "../protocol/execution.js";
import { type Examination, type ExaminedExecution, examine } from "../store/sqlite/examine.js";
import { mustExist, namedDatabase } from "./database.js";
import { logText } from "./display/execution.js";
import { standingJson, standingText } from "./display/standing.js";
import { statsText } from "./display/stats.js";
import { tableText } from "./display/table.js";
import { EXIT } from "./exit.js";
import type { Output } from "./output.js";

interface Common {
  readonly db?: string;
  readonly json: boolean;
}

async function withFile<T>(db: string | undefined, use: (file: Examination) => Promise<T>): Promise<T> {
  const path = namedDatabase(db);
  mustExist(path);
  const file = await examine(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** `stats`: what the database holds and how large it is. */
export async function showStats({ db, json }: Common, output: Output): Promise<number> {
  const stats = await withFile(db, (file) => file.stats());
  if (json) output.printJson(stats);
  else output.print(statsText(stats, Date.now(), output));
  return EXIT.ok;
}

/** `doctor`: exit code 1 when something is wrong. */
export async function runDoctor({ db, json }: Common, output: Output): Promise<number> {
  const { checks, findings, stats } = await withFile(db, async (file) => {
    const done: string[] = [];
    const found = await file.findings((check) => {
      done.push(check);
      if (!json) output.note(output.notePaint("dim", `Checking: ${check} …`));
    });
    return { checks: done, findings: found, stats: await file.stats() };
  });
  if (json) output.printJson({ sound: findings.length === 0, checks, findings, stats });
  else {
    for (const check of checks) {
      const wrong = findings.filter((finding) => finding.check === check);
      output.print(`${wrong.length === 0 ? output.paint("green", "ok   ") : output.paint("red", "WRONG")} ${check}`);
      for (const { message } of wrong) output.print(`      ${message}`);
    }
    output.print(`\n${statsText(stats, Date.now(), output)}`);
    if (findings.length > 0) {
      output.note(
        "Make a copy of the file and its -wal file before anything else; then restore a backup, or report this.",
      );
    }
  }
  return findings.length === 0 ? EXIT.ok : EXIT.failed;
}

/** `backup`: a copy of one moment, also while an engine runs. */
export async function makeBackup({ db, json, file }: Common & { file: string }, output: Output): Promise<number> {
  const stats = await withFile(db, async (open) => {
    if (!json) output.note(output.notePaint("dim", "Copying …"));
    await open.backup(file);
    const copy = await examine(file);
    try {
      return await copy.stats();
    } finally {
      await copy.close();
    }
  });
  if (json) output.printJson({ file, bytes: stats.fileBytes });
  else output.print(`${file} ${stats.fileBytes} bytes`);
  return EXIT.ok;
}

/** `programs`: what executions can run on, the newest first. */
export async function listPrograms({ db, json }: Common, output: Output): Promise<number> {
  const programs = await withFile(db, listedPrograms);
  if (json) output.printJson(programs);
  else if (programs.length === 0) output.note("No programs.");
  else {
    const columns = ["PROGRAM", "ENTRY", "IN PROGRESS", "ALL", "WORKFLOWS"].map((title) => ({
      title,
      flexible: title === "ENTRY" || title === "WORKFLOWS",
    }));
    const cells = programs.map(({ hash, entry, inProgress, executions, workflows }) => [
      hash.slice(0, 12),
      entry,
      String(inProgress),
      String(executions),
      workflows.join(", "),
    ]);
    output.print(tableText(columns, cells, output.width).trimEnd());
  }
  return EXIT.ok;
}

/** `inspect`: where an execution stands. */
export async function inspectExecution(
  { db, json, execution: id }: Common & { execution: string },
  output: Output,
): Promise<number> {
  await withFile(db, async (file) => {
    const execution = await found(file, id);
    const standing = isClosed(execution.row.status)
      ? undefined
      : standingOf(execution, await storedProgram(file, execution.row.program));
    if (json) output.printJson(standingJson(execution, standing));
    else output.print(standingText(execution, standing, output.paint));
  });
  return EXIT.ok;
}

const PAGE = 1000;
/** How often `logs --follow` looks, ms. */
const FOLLOW_MS = 200;

/** `logs`: all lines of an execution's log, with `follow` until it is closed. */
export async function showLogs(
  { db, json, execution: id, follow }: Common & { execution: string; follow: boolean },
  output: Output,
): Promise<number> {
  await withFile(db, async (file) => {
    let after = 0;
    for (;;) {
      // Its status first: what it logged before it was closed is then in the page.
      const { row } = await found(file, id);
      const lines = await file.logs(row.key, { after, limit: PAGE });
      for (const line of lines) {
        if (json) output.printJson({ ...line, time: new Date(line.time).toISOString() });
        else output.print(logText(line, output.paint));
      }
      after = lines.at(-1)?.id ?? after;
      if (lines.length === PAGE) continue;
      if (!follow || isClosed(row.status)) return;
      await delay(FOLLOW_MS);
    }
  });
  return EXIT.ok;
}

async function found(file: Examination, id: string): Promise<ExaminedExecution> {
  const execution = await file.execution(id);
  if (execution !== undefined) return execution;
  throw unknownExecution(id);
}
