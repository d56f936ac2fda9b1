/** `eventual stats|doctor|backup`: the database as a whole. */
import { CLOSED_STATUSES } from "../../protocol/execution.js";
import { command } from "../command.js";
import { withDatabase, withPlace } from "../options.js";

export const stats = command({
  usage: "stats",
  describe: "Show what the database holds, and the oldest work",
  options: (given) => withPlace(given).example("$0 stats --db app.db --json", "For monitoring"),
  run: async (args, output) => (await import("../actions/operate.js")).showStats(args, output),
});

export const doctor = command({
  usage: "doctor",
  describe: "Check the database: every page, and the rules that its rows keep",
  settings: ["db"],
  options: (given) =>
    withDatabase(given).example("$0 doctor --db app.db", "Changes nothing; exit code 1 when something is wrong"),
  run: async (args, output) => (await import("../actions/doctor.js")).runDoctor(args, output),
});

export const prune = command({
  usage: "prune",
  describe: "Remove closed executions, with their logs and histories",
  options: (given) =>
    withPlace(given)
      .option("older-than", {
        type: "string",
        requiresArg: true,
        describe: "What ended so long ago (30d, 12h); default: by the retentions of the workflows",
      })
      .option("workflow", { type: "string", requiresArg: true, describe: "Only of this workflow" })
      .option("status", { choices: CLOSED_STATUSES, requiresArg: true, describe: "Only with this status" })
      .option("dry-run", { type: "boolean", default: false, describe: "Only say how many" })
      .option("yes", { alias: "y", type: "boolean", default: false, describe: "Do not ask" })
      .example("$0 prune --db app.db --older-than 90d --status SUCCEEDED", "Also while an engine runs")
      .example("$0 prune --db app.db --dry-run", "What the retentions let go")
      .epilogue("Executions with tasks that still run stay. The file keeps its size; its free space is used again."),
  run: async (args, output) => (await import("../actions/prune.js")).pruneExecutions(args, output),
});

export const backup = command({
  usage: "backup <file>",
  describe: "Copy the database to a new file, also while an engine runs",
  settings: ["db"],
  options: (given) =>
    withDatabase(given)
      .positional("file", { type: "string", demandOption: true, describe: "The file to write; it must not exist" })
      .example("$0 backup app-2030-01-01.db --db app.db", "A copy of one moment, without its free space"),
  run: async (args, output) => (await import("../actions/operate.js")).makeBackup(args, output),
});
