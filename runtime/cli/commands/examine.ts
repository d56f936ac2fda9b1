/** The commands that look into a database: `wait`, `logs`, `inspect`, `programs`, `stats`, `doctor`, `backup`. */
import type { Argv } from "yargs";
import type { Session } from "../commands.js";
import { present, withDatabase } from "../options.js";

function withExecution<T>(command: Argv<T>) {
  return withDatabase(command).positional("execution", {
    type: "string",
    demandOption: true,
    describe: "Id: <workflow>/<name>",
  });
}

/** Adds `wait <execution>`. */
export function addWaitCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "wait <execution>",
    "Wait for the end of an execution and print its outcome",
    (command) =>
      withExecution(command).example("$0 wait order/17 --db app.db && echo done", "Exit code 1 if it failed"),
    async ({ execution, json, db }) => {
      const { waitForExecution } = await import("../client-commands.js");
      session.exitCode = await waitForExecution({ execution, json, ...present({ db }) }, session.output);
    },
  );
}

/** Adds `logs <execution>`. */
export function addLogsCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "logs <execution>",
    "Print the log of an execution",
    (command) =>
      withExecution(command)
        .option("follow", { alias: "f", type: "boolean", default: false, describe: "Go on until it has ended" })
        .example("$0 logs order/17 --db app.db --follow", "With --json: a line of JSON each"),
    async ({ execution, json, db, follow }) => {
      const { showLogs } = await import("../examine-commands.js");
      session.exitCode = await showLogs({ execution, json, follow, ...present({ db }) }, session.output);
    },
  );
}

/** Adds `inspect <execution>`. */
export function addInspectCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "inspect <execution>",
    "Show where an execution stands: its waiting calls, source lines and variables",
    (command) =>
      withExecution(command)
        .example("$0 inspect order/17 --db app.db", "Read from its checkpoint; nothing runs")
        .epilogue(
          "Shows the last checkpoint. One is written when an engine stops, or always with --checkpoint=always.",
        ),
    async ({ execution, json, db }) => {
      const { inspectExecution } = await import("../examine-commands.js");
      session.exitCode = await inspectExecution({ execution, json, ...present({ db }) }, session.output);
    },
  );
}

/** Adds `programs`. */
export function addProgramsCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "programs",
    "List the programs in the database, newest first",
    (command) => withDatabase(command),
    async ({ json, db }) => {
      const { listPrograms } = await import("../examine-commands.js");
      session.exitCode = await listPrograms({ json, ...present({ db }) }, session.output);
    },
  );
}

/** Adds `stats`. */
export function addStatsCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "stats",
    "Show what the database holds, and the oldest work",
    (command) => withDatabase(command),
    async ({ json, db }) => {
      const { showStats } = await import("../examine-commands.js");
      session.exitCode = await showStats({ json, ...present({ db }) }, session.output);
    },
  );
}

/** Adds `doctor`. */
export function addDoctorCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "doctor",
    "Check the database: every page, and the rules that its rows keep",
    (command) =>
      withDatabase(command).example("$0 doctor --db app.db", "Changes nothing; exit code 1 when something is wrong"),
    async ({ json, db }) => {
      const { runDoctor } = await import("../examine-commands.js");
      session.exitCode = await runDoctor({ json, ...present({ db }) }, session.output);
    },
  );
}

/** Adds `backup <file>`. */
export function addBackupCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "backup <file>",
    "Copy the database to a new file, also while an engine runs",
    (command) =>
      withDatabase(command)
        .positional("file", { type: "string", demandOption: true, describe: "The file to write; it must not exist" })
        .example("$0 backup app-2030-01-01.db --db app.db", "A copy of one moment, without its free space"),
    async ({ file, json, db }) => {
      const { makeBackup } = await import("../examine-commands.js");
      session.exitCode = await makeBackup({ file, json, ...present({ db }) }, session.output);
    },
  );
}
