/** `eventual start <workflow>` */
import type { Argv } from "yargs";
import type { Session } from "../commands.js";
import { present, withDatabase, withInput } from "../options.js";

/** Adds the command to `commandLine`. */
export function addStartCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "start <workflow>",
    "Start an execution on the running engine, or leave it in the file for the next one",
    (command) =>
      withInput(
        withDatabase(command)
          .positional("workflow", { type: "string", demandOption: true, describe: "Name of the workflow" })
          .option("id", {
            type: "string",
            requiresArg: true,
            describe: "Name of the execution (default: a random one)",
          }),
      )
        .option("program", {
          type: "string",
          requiresArg: true,
          describe: "Compiled program; needed with no engine running",
        })
        .option("wait", { type: "boolean", default: false, describe: "Wait for its end and print the outcome" })
        .example("$0 start reminder --db app.db --id ada --input '\"ada@example.org\"'", "Prints reminder/ada"),
    async (args) => {
      const { startExecution } = await import("../client-commands.js");
      const { workflow, wait, json, id, input, inputFile, program, db } = args;
      session.exitCode = await startExecution(
        { workflow, wait, json, ...present({ id, input, inputFile, program, db }) },
        session.output,
      );
    },
  );
}
