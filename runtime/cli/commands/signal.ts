/** `eventual signal <execution> <signal> [payload]` */
import type { Argv } from "yargs";
import type { Session } from "../commands.js";
import { present, withDatabase } from "../options.js";

/** Adds the command to `commandLine`. */
export function addSignalCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "signal <execution> <signal> [payload]",
    "Send a signal to an execution; with no engine running it is kept in the file",
    (command) =>
      withDatabase(command)
        .positional("execution", { type: "string", demandOption: true, describe: "Id: <workflow>/<name>" })
        .positional("signal", { type: "string", demandOption: true, describe: "Name of the signal" })
        .positional("payload", { type: "string", describe: "Payload as JSON" })
        .example('$0 signal order/17 approve \'{"by": "Ada"}\' --db app.db', "Durable when the command ends"),
    async (args) => {
      const { sendSignal } = await import("../client-commands.js");
      const { execution, signal, json, payload, db } = args;
      session.exitCode = await sendSignal({ execution, signal, json, ...present({ payload, db }) }, session.output);
    },
  );
}
