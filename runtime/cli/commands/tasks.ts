/** `eventual tasks list|complete|fail|heartbeat` */
import type { Argv } from "yargs";
import { command, commandGroup } from "../command.js";
import { withLimit, withPlace } from "../options.js";

/** An attempt is named by its token, or by its execution and the number of the call. */
function withTask<T>(given: Argv<T>) {
  return withPlace(given)
    .positional("task", {
      type: "string",
      demandOption: true,
      describe: "The attempt's token, or the call: <workflow>/<name>#<number>",
    })
    .epilogue("`tasks list` shows open tasks with the names of their calls.");
}

export const tasks = commandGroup("tasks", "List open tasks, complete them, or fail them", {
  list: command({
    usage: "list",
    describe: "List tasks that are not completed, in the order of their calls",
    options: (given) =>
      withLimit(withPlace(given)).example("$0 tasks list --db app.db", "Who waits for a person's decision?"),
    run: async (args, output) => (await import("../actions/tasks.js")).listTasks(args, output),
  }),
  complete: command({
    usage: "complete <task> [result]",
    describe: "Complete a task in the place of its handler",
    options: (given) =>
      withTask(given)
        .positional("result", { type: "string", describe: "Result as JSON" })
        .example("$0 tasks complete order/17#4 true --db app.db", "The call of order/17 with the number 4"),
    run: async (args, output) => (await import("../actions/tasks.js")).completeTask(args, output),
  }),
  fail: command({
    usage: "fail <task> <message>",
    describe: "Fail the present attempt of a task; it is tried again if its definition says so",
    options: (given) =>
      withTask(given)
        .positional("message", { type: "string", demandOption: true, describe: "The error's message" })
        .option("name", { type: "string", requiresArg: true, describe: "The error's name (default: Error)" })
        .example("$0 tasks fail order/17#4 'not available' --name OutOfStock --db app.db", "The workflow sees it"),
    run: async (args, output) => (await import("../actions/tasks.js")).failTask(args, output),
  }),
  heartbeat: command({
    usage: "heartbeat <token> [details]",
    describe: "Give a sign of life of an attempt; prints whether it is still wanted",
    options: (given) =>
      withPlace(given)
        .positional("token", { type: "string", demandOption: true, describe: "The attempt's token" })
        .positional("details", { type: "string", describe: "Details for the next attempt, as JSON" })
        .example("$0 tasks heartbeat $TOKEN '{\"page\": 7}' --db app.db", "Exit code 1: stop, nobody waits for it"),
    run: async (args, output) => (await import("../actions/tasks.js")).heartbeatTask(args, output),
  }),
});
