/** `eventual stats|doctor|backup`: the database as a whole. */
import { command } from "../command.js";
import { withDatabase } from "../options.js";

export const stats = command({
  usage: "stats",
  describe: "Show what the database holds, and the oldest work",
  options: (given) => withDatabase(given).example("$0 stats --db app.db --json", "For monitoring"),
  run: async (args, output) => (await import("../actions/operate.js")).showStats(args, output),
});

export const doctor = command({
  usage: "doctor",
  describe: "Check the database: every page, and the rules that its rows keep",
  options: (given) =>
    withDatabase(given).example("$0 doctor --db app.db", "Changes nothing; exit code 1 when something is wrong"),
  run: async (args, output) => (await import("../actions/operate.js")).runDoctor(args, output),
});

export const backup = command({
  usage: "backup <file>",
  describe: "Copy the database to a new file, also while an engine runs",
  options: (given) =>
    withDatabase(given)
      .positional("file", { type: "string", demandOption: true, describe: "The file to write; it must not exist" })
      .example("$0 backup app-2030-01-01.db --db app.db", "A copy of one moment, without its free space"),
  run: async (args, output) => (await import("../actions/operate.js")).makeBackup(args, output),
});
