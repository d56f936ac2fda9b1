/** `eventual show <execution>` */
import type { Argv } from "yargs";
import type { Session } from "../commands.js";
import { present, withDatabase } from "../options.js";

/** Adds the command to `commandLine`. */
export function addShowCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "show <execution>",
    "Show one execution: status, input, outcome, sizes and the end of its log",
    (command) =>
      withDatabase(command)
        .positional("execution", { type: "string", demandOption: true, describe: "Id: <workflow>/<name>" })
        .example("$0 show order/17 --db app.db --json", "For scripts"),
    async (args) => {
      const { showExecution } = await import("../client-commands.js");
      const { execution, json, db } = args;
      session.exitCode = await showExecution({ execution, json, ...present({ db }) }, session.output);
    },
  );
}
