/** `eventual programs`, `eventual deploy <source>` */
import { isExecutable } from "../../platform/executable.js";
import { command } from "../command.js";
import { BUILD_OPTIONS, withPlace } from "../options.js";

export const programs = command({
  usage: "programs",
  describe: "List the programs in the database, newest first",
  options: (given) => withPlace(given).example("$0 programs --db app.db", "Which executions run on which"),
  run: async (args, output) => (await import("../actions/programs.js")).listPrograms(args, output),
});

export const deploy = command({
  usage: "deploy <source>",
  describe: "Put a program into the running engine, or into the file: new executions start on it",
  options: (given) =>
    withPlace(given)
      .positional("source", {
        type: "string",
        demandOption: true,
        describe: isExecutable ? "Compiled program (*.evp)" : "Entry file (*.ts) or compiled program (*.evp)",
      })
      .options(BUILD_OPTIONS)
      .example("$0 deploy app.evp --db app.db", "Executions in progress stay on the program that they have"),
  run: async (args, output) => (await import("../actions/programs.js")).deployProgram(args, output),
});
