/** `eventual serve <program…>` */
import type { Argv } from "yargs";
import type { CheckpointMode } from "../../engine/engine.js";
import type { Session } from "../commands.js";
import { present, wholeNumber, withDatabase } from "../options.js";

const CHECKPOINT_MODES = ["auto", "always", "never"] as const satisfies readonly CheckpointMode[];

/** Adds the command to `commandLine`. */
export function addServeCommand(commandLine: Argv, session: Session): void {
  commandLine.command(
    "serve <programs..>",
    "Run an engine until it is stopped; other commands talk to it",
    (command) =>
      withDatabase(command)
        .positional("programs", {
          type: "string",
          array: true,
          demandOption: true,
          describe: "Compiled programs (*.evp)",
        })
        .option("checkpoint", {
          choices: CHECKPOINT_MODES,
          default: "auto" as const,
          requiresArg: true,
          describe: "When to write checkpoints",
        })
        .option("cache", {
          type: "string",
          requiresArg: true,
          coerce: (text: string | undefined) => wholeNumber("--cache", text),
          describe: "How many executions stay in memory between events",
        })
        .example("$0 serve app.evp --db app.db", "Go on with everything in app.db, and take new work")
        .epilogue("SIGINT or SIGTERM: stop cleanly, after checkpoints; a second one stops at once."),
    async (args) => {
      const { serve } = await import("../serve-programs.js");
      const { programs, json, checkpoint, db, cache } = args;
      session.exitCode = await serve({ programs, json, checkpoint, ...present({ db, cache }) }, session.output);
    },
  );
}
