/** `eventual list` */
import type { Argv } from "yargs";
import { STATUSES } from "../../protocol/execution.js";
import type { Session } from "../commands.js";
import { present, wholeNumber, withDatabase } from "../options.js";

/** Adds the command to `commandLine`. */
export function addListCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "list",
    "List executions, newest first",
    (command) =>
      withDatabase(command)
        .option("workflow", { type: "string", requiresArg: true, describe: "Only of this workflow" })
        .option("status", { choices: STATUSES, requiresArg: true, describe: "Only with this status" })
        .option("limit", {
          type: "string",
          requiresArg: true,
          coerce: (text: string | undefined) => wholeNumber("--limit", text),
          describe: "At most this many (default: 50; all pages up to it are read)",
        })
        .example("$0 list --db app.db --status IN_PROGRESS", "What is under way"),
    async (args) => {
      const { listExecutions } = await import("../client-commands.js");
      const { json, workflow, status, limit, db } = args;
      session.exitCode = await listExecutions({ json, ...present({ workflow, status, limit, db }) }, session.output);
    },
  );
}
