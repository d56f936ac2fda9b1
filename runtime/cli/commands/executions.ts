/** `eventual start|wait|list|show|retry`: executions as a whole. */
import { STATUSES } from "../../protocol/execution.js";
import { command } from "../command.js";
import { withExecution, withInput, withLimit, withPlace } from "../options.js";

export const start = command({
  usage: "start <workflow>",
  describe: "Start an execution on the running engine, or leave it in the file for the next one",
  options: (given) =>
    withInput(withPlace(given))
      .positional("workflow", { type: "string", demandOption: true, describe: "Name of the workflow" })
      .option("id", { type: "string", requiresArg: true, describe: "Name of the execution (default: a random one)" })
      .option("program", {
        type: "string",
        requiresArg: true,
        describe: "Compiled program; deployed first if the database does not have it",
      })
      .option("wait", { type: "boolean", default: false, describe: "Wait for its end and print the outcome" })
      .example("$0 start reminder --db app.db --id ada --input '\"ada@example.org\"'", "Prints reminder/ada"),
  run: async (args, output) => (await import("../actions/executions.js")).startExecution(args, output),
});

export const wait = command({
  usage: "wait <execution>",
  describe: "Wait for the end of an execution and print its outcome",
  options: (given) =>
    withExecution(withPlace(given)).example("$0 wait order/17 --db app.db && echo done", "Exit code 1 if it failed"),
  run: async (args, output) => (await import("../actions/executions.js")).waitForExecution(args, output),
});

export const retry = command({
  usage: "retry <execution>",
  describe: "Try a failed execution again with its input, or the next attempt of a task at once",
  options: (given) =>
    withExecution(withPlace(given))
      .option("wait", { type: "boolean", default: false, describe: "Wait for its end and print the outcome" })
      .example("$0 retry order/17 --db app.db", "A new execution order/17~1, on the newest program")
      .example("$0 retry order/17#4 --db app.db", "The next attempt of the call 4, without its pause"),
  run: async (args, output) => (await import("../actions/executions.js")).retry(args, output),
});

export const list = command({
  usage: "list",
  describe: "List executions, newest first",
  options: (given) =>
    withLimit(withPlace(given))
      .option("workflow", { type: "string", requiresArg: true, describe: "Only of this workflow" })
      .option("status", { choices: STATUSES, requiresArg: true, describe: "Only with this status" })
      .option("full", { type: "boolean", default: false, describe: "With --json: also values longer than 4 kB" })
      .example("$0 list --db app.db --status IN_PROGRESS", "What is under way"),
  run: async (args, output) => (await import("../actions/executions.js")).listExecutions(args, output),
});

export const show = command({
  usage: "show <execution>",
  describe: "Show one execution: status, input, outcome, what it did last, and the end of its log",
  options: (given) => withExecution(withPlace(given)).example("$0 show order/17 --db app.db --json", "For scripts"),
  run: async (args, output) => (await import("../actions/executions.js")).showExecution(args, output),
});
