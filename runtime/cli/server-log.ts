/** What a server says while it runs: for people as text, for machines as one line of JSON each. */
import type { Problem } from "../engine/engine.js";
import { Fault } from "../protocol/fault.js";
import { LOG_LEVELS, type LogOptions } from "./log-options.js";
import { present } from "./options.js";
import type { Output } from "./output.js";
import { reportTo } from "./report.js";

export interface ServerLog {
  info(message: string, fields?: object): void;
  readonly problem: (problem: Problem) => void;
  /** Opens the file anew, after it was moved away. */
  reopen(): void;
}

/** What is never written, wherever it comes from. */
const SECRETS = ["token", "authorization", "password", "secret"].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Throws Fault EV8222 for a file that cannot be written. */
export async function openServerLog({ format, level, file }: LogOptions, output: Output): Promise<ServerLog> {
  if (format === "text" && file === undefined) return textLog(level, output);
  // Loaded only by a server that writes JSON.
  const { pino } = await import("pino");
  let destination: ReturnType<typeof pino.destination>;
  try {
    // Synchronous: what was said before a crash is there.
    destination = pino.destination({ dest: file ?? 2, sync: true, append: true });
  } catch (cause) {
    throw unwritable(file, cause);
  }
  const logger = pino(
    { level, base: { pid: process.pid }, redact: SECRETS, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    problem: ({ message, execution, cause }) => logger.warn({ ...present({ execution }), err: cause }, message),
    reopen: () => void (file !== undefined && destination.reopen()),
  };
}

function textLog(level: LogOptions["level"], output: Output): ServerLog {
  const rank = LOG_LEVELS.indexOf(level);
  const report = reportTo(output);
  return {
    info: (message) => void (rank <= LOG_LEVELS.indexOf("info") && output.note(message)),
    problem: (problem) => void (rank <= LOG_LEVELS.indexOf("warn") && report(problem)),
    reopen() {},
  };
}

function unwritable(file: string | undefined, cause: unknown): Fault {
  return new Fault("EV8222", `The log cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
    ...(file === undefined ? {} : { place: file }),
    remedy: "Give a file in a folder where this user may write.",
    cause,
  });
}
