/** `eventual dev <entry>` */
import { isExecutable } from "../../platform/executable.js";
import { command } from "../command.js";
import { BUILD_OPTIONS, present } from "../options.js";

export const dev = command({
  usage: "dev <entry>",
  describe: isExecutable ? false : "Compile and run a program, again after each change, and show its logs",
  settings: ["db", "http"],
  options: (given) =>
    given
      .positional("entry", { type: "string", demandOption: true, describe: "Entry file (*.ts)" })
      .option("db", { type: "string", requiresArg: true, describe: "Database file (default: <entry>.dev.db)" })
      .option("http", {
        type: "string",
        requiresArg: true,
        describe: "Also serve the HTTP API on this machine: port",
      })
      .options(BUILD_OPTIONS)
      .example("$0 dev src/main.ts --http 8080", "Then, elsewhere: $0 start reminder --db src/main.dev.db"),
  run: async (args, output) => {
    const { develop } = await import("../actions/dev.js");
    const { entry, external, db, tsconfig, http: address } = args;
    const http = address === undefined ? undefined : { address, allowHosts: [], allowOrigins: [], metrics: false };
    return await develop({ entry, external, ...present({ db, tsconfig, http }) }, output);
  },
});
