/** `eventual run <program> <workflow>` */
import type { Argv } from "yargs";
import { commandName, hasProgram } from "../application.js";
import { command } from "../command.js";
import { present, withEngine, withInput } from "../options.js";

export const run = command({
  usage: hasProgram ? "run <workflow>" : "run <program> <workflow>",
  describe: "Run an execution to its end in this process, or resume it",
  settings: [
    ...(hasProgram ? (["db"] as const) : []),
    "checkpoint",
    "cache",
    "verify-every",
    "task-threads",
    "task-concurrency",
  ],
  options: (given) =>
    withEngine(
      withInput(
        programPlace(given)
          .positional("workflow", { type: "string", demandOption: true, describe: "Name of the workflow" })
          .option("id", {
            type: "string",
            requiresArg: true,
            describe: 'Name of the execution (default: "default")',
          }),
      )
        .option("db", {
          type: "string",
          requiresArg: true,
          describe: hasProgram
            ? `Database file (default: ${commandName}.db)`
            : "Database file (default: <program>.db beside it)",
        })
        .option("json", { type: "boolean", default: false, describe: "Print the outcome as JSON, as the last line" }),
    )
      .option("virtual-clock", {
        type: "boolean",
        default: false,
        describe: "Jump to the next timer instead of waiting",
      })
      .option("start-at", {
        type: "string",
        requiresArg: true,
        implies: "virtual-clock",
        describe: "Where the virtual clock begins (ISO 8601; default: now)",
      })
      .option("until", {
        type: "string",
        requiresArg: true,
        describe: "Stop at this age (400d, 1h30m) or date (ISO 8601)",
      })
      .example("$0 run app.evp reminder --input '\"ada@example.org\"'", "Start, or go on after a crash")
      .example("$0 run app.evp reminder --virtual-clock --until 400d", "400 days in seconds")
      .example("$0 run app.evp billing --virtual-clock --start-at 2027-01-01 --until 1y", "The year 2027")
      .example("$0 run app.evp order --id 17 --checkpoint=always --cache=0", "Restore from a checkpoint at every event")
      .epilogue(
        "The same command again resumes the execution where it was; when it has ended, its result is printed again. " +
          "Without --input a known execution keeps its own. Exit codes: 0 succeeded (or --until reached), 1 failed, " +
          "2 wrong command or input, 130/143 stopped by SIGINT/SIGTERM after a checkpoint.",
      ),
  run: async (args, output) => {
    const { runExecution } = await import("../actions/run.js");
    const { workflow, json, checkpoint, virtualClock, program, id, input, inputFile, db, ...rest } = args;
    const { cache, verifyEvery, taskThreads, taskConcurrency, startAt, until } = rest;
    const given = present({
      ...{ program, id, input, inputFile, db, cache, verifyEvery, taskThreads, taskConcurrency, startAt, until },
    });
    return await runExecution({ workflow, json, checkpoint, virtualClock, ...given }, output);
  },
});

/** An application's executable has its program in itself. */
function programPlace<T>(given: Argv<T>) {
  return given.positional("program", {
    type: "string",
    hidden: hasProgram,
    describe: "Compiled program (*.evp)",
  });
}
