/** `eventual serve <program…>` */
import type { Argv } from "yargs";
import { hasProgram } from "../application.js";
import type { Session } from "../commands.js";
import { present, withDatabase, withEngine } from "../options.js";

/** Adds the command to `commandLine`. */
export function addServeCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    hasProgram ? "serve [programs..]" : "serve <programs..>",
    "Run an engine until it is stopped; other commands talk to it",
    (command) =>
      withEngine(
        withDatabase(command).positional("programs", {
          type: "string",
          array: true,
          default: [],
          describe: hasProgram ? "Other programs (*.evp) instead of this one" : "Compiled programs (*.evp)",
        }),
      )
        .example("$0 serve app.evp --db app.db", "Go on with everything in app.db, and take new work")
        .epilogue("SIGINT or SIGTERM: stop cleanly, after checkpoints; a second one stops at once."),
    async (args) => {
      const { serve } = await import("../serve-programs.js");
      const { programs, json, checkpoint, db, cache } = args;
      session.exitCode = await serve({ programs, json, checkpoint, ...present({ db, cache }) }, session.output);
    },
  );
}
