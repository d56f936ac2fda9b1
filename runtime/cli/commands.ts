/** The command line of `eventual`: its commands, and how errors become text and exit codes. */
import yargs from "yargs";
import { Fault } from "../protocol/fault.js";
import { addListCommand } from "./commands/list.js";
import { addRunCommand } from "./commands/run.js";
import { addServeCommand } from "./commands/serve.js";
import { addShowCommand } from "./commands/show.js";
import { addSignalCommand } from "./commands/signal.js";
import { addStartCommand } from "./commands/start.js";
import { faultText } from "./display/fault.js";
import { EXIT, exitCodeOf } from "./exit.js";
import { type Output, processOutput } from "./output.js";

/** What a command is given: its output, and where it leaves its exit code. */
export interface Session {
  readonly output: Output;
  exitCode: number;
}

/** In the order of the help text. */
const COMMANDS = [addRunCommand, addServeCommand, addStartCommand, addSignalCommand, addListCommand, addShowCommand];

/** Carries out the command line `args` (without node and script). Resolves with the exit code; never rejects. */
export async function main(args: readonly string[], version: string): Promise<number> {
  const session: Session = { output: processOutput(), exitCode: EXIT.ok };
  try {
    await parser(session, version).parseAsync([...args]);
    return session.exitCode;
  } catch (error) {
    const shown = isUsageError(error) ? usageFault(error.message, args) : error;
    session.output.note(faultText(shown, session.output.notePaint).trimEnd());
    return shown instanceof Fault ? exitCodeOf(shown) : EXIT.failed;
  }
}

function parser(session: Session, version: string) {
  const commandLine = yargs();
  for (const add of COMMANDS) add(commandLine, session);
  return commandLine
    .scriptName("eventual")
    .usage("$0 <command>\n\nRuns compiled workflows durably: what they wait for survives crashes and restarts.")
    .demandCommand(1, "Name a command: run, serve, start, signal, list or show")
    .strict()
    .version(version)
    .alias("version", "v")
    .alias("help", "h")
    .epilogue("Exit codes: 0 done, 1 failed, 2 wrong command or input, 130/143 stopped by SIGINT/SIGTERM.")
    .detectLocale(false)
    .wrap(Math.min(100, commandLine.terminalWidth()))
    .parserConfiguration({
      "duplicate-arguments-array": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "dot-notation": false,
    })
    .exitProcess(false)
    .fail(false);
}

/** What yargs throws when the command line does not fit. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === "YError";
}

function usageFault(message: string, [command]: readonly string[]): Fault {
  const known = command !== undefined && /^(run|serve|start|signal|list|show)$/.test(command);
  return new Fault("EV8208", message, {
    remedy: `\`eventual ${known ? `${command} ` : ""}--help\` shows what can be given.`,
  });
}
