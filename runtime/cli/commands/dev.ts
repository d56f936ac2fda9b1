/** `eventual dev <entry>` */
import type { Argv } from "yargs";
import { isExecutable } from "../../platform/executable.js";
import type { Session } from "../commands.js";
import { BUILD_OPTIONS, present } from "../options.js";

/** Adds the command to `commandLine`. */
export function addDevCommand(commandLine: Argv, session: Session): void {
  commandLine.command({
    command: "dev <entry>",
    describe: isExecutable ? false : "Compile and run a program, again after each change, and show its logs",
    builder: (command: Argv) =>
      command
        .positional("entry", { type: "string", demandOption: true, describe: "Entry file (*.ts)" })
        .option("db", { type: "string", requiresArg: true, describe: "Database file (default: <entry>.dev.db)" })
        .option("http", {
          type: "string",
          requiresArg: true,
          describe: "Also serve the HTTP API on this machine: port",
        })
        .options(BUILD_OPTIONS)
        .example("$0 dev src/main.ts --http 8080", "Then, elsewhere: $0 start reminder --db src/main.dev.db"),
    handler: async (args) => {
      const { develop } = await import("../dev-program.js");
      const { entry, external, db, tsconfig, http: address } = args;
      const http = address === undefined ? undefined : { address, allowHosts: [], allowOrigins: [] };
      session.exitCode = await develop({ entry, external, ...present({ db, tsconfig, http }) }, session.output);
    },
  });
}
