/** `eventual package [source]` */
import { isExecutable } from "../../platform/executable.js";
import { command } from "../command.js";
import { BUILD_OPTIONS } from "../options.js";

export const packageCommand = command({
  usage: "package [source]",
  describe: isExecutable ? false : "Make one executable that runs without Node",
  settings: [],
  options: (given) =>
    given
      .positional("source", {
        type: "string",
        describe: "Entry file (*.ts) or compiled program (*.evp); without one, the plain command",
      })
      .option("output", {
        alias: "o",
        type: "string",
        requiresArg: true,
        describe: "The file to write (default: the source's name, in this folder)",
      })
      .option("target", {
        type: "string",
        requiresArg: true,
        describe: "linux-x64, linux-arm64, darwin-x64, darwin-arm64 or win32-x64 (default: this machine's)",
      })
      .option("addon", { type: "string", requiresArg: true, describe: "SQLite's native addon for another target" })
      .option("node", {
        type: "string",
        requiresArg: true,
        describe: "Node's executable for another target, not npm's",
      })
      .option("sbom", { type: "string", requiresArg: true, describe: "Also write a bill of materials (CycloneDX)" })
      .option("strip", { type: "boolean", default: false, describe: "Take out Node's symbols: a tenth smaller" })
      .options(BUILD_OPTIONS)
      .option("json", { type: "boolean", default: false, describe: "Print JSON" })
      .example("$0 package src/main.ts -o app", "Then: ./app run reminder, ./app serve, ./app list …")
      .example("$0 package -o eventual", "The command itself, for programs in files"),
  run: async (args, output) => (await import("../actions/package.js")).packageProgram(args, output),
});
