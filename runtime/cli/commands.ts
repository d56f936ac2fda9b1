/** The command line of `eventual`: its commands, and how errors become text and exit codes. */
import yargs from "yargs";
import { Fault } from "../protocol/fault.js";
import { commandName } from "./application.js";
import { addListCommand } from "./commands/list.js";
import { addPackageCommand } from "./commands/package.js";
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
const COMMANDS = [
  addRunCommand,
  addServeCommand,
  addStartCommand,
  addSignalCommand,
  addListCommand,
  addShowCommand,
  addPackageCommand,
];

const COMMAND_NAMES = ["run", "serve", "start", "signal", "list", "show", "package"] as const;

/** Carries out the command line `args` (without node and script). Resolves with the exit code; never rejects. */
export async function main(args: readonly string[], version: string): Promise<number> {
  const session: Session = { output: processOutput(), exitCode: EXIT.ok };
  try {
    await parser(session, version, args).parseAsync([...args]);
    return session.exitCode;
  } catch (error) {
    // Thrown past the handler for failures: a value that an option's conversion refuses.
    const shown = error instanceof Error && error.name === "YError" ? usageFault(error.message, args) : error;
    session.output.note(faultText(shown, session.output.notePaint).trimEnd());
    return shown instanceof Fault ? exitCodeOf(shown) : EXIT.failed;
  }
}

function parser(session: Session, version: string, args: readonly string[]) {
  const commandLine = yargs();
  for (const add of COMMANDS) add(commandLine, session);
  return (
    commandLine
      .scriptName(commandName)
      .usage("$0 <command>\n\nRuns compiled workflows durably: what they wait for survives crashes and restarts.")
      .demandCommand(1, `Name a command: ${COMMAND_NAMES.join(", ")}`)
      .strict()
      .version(version)
      .alias("version", "v")
      .alias("help", "h")
      .epilogue("Exit codes: 0 done, 1 failed, 2 wrong command or input, 130/143 stopped by SIGINT/SIGTERM.")
      .detectLocale(false)
      .wrap(Math.min(100, commandLine.terminalWidth()))
      .parserConfiguration({
        "parse-numbers": false,
        "parse-positional-numbers": false,
        "dot-notation": false,
      })
      .check(refuseRepeated)
      .exitProcess(false)
      // For what yargs finds wrong itself there is only a message; for what a command has thrown, the error.
      .fail((message, error: Error | null | undefined) => {
        throw error ?? usageFault(message, args);
      })
  );
}

/** What may be given more than once. */
const SEVERAL: ReadonlySet<string> = new Set(["_", "programs", "external"]);

/** An option given twice is a mistake: which of the two counts? */
function refuseRepeated(given: Readonly<Record<string, unknown>>): true {
  for (const [option, value] of Object.entries(given)) {
    if (!Array.isArray(value) || SEVERAL.has(option)) continue;
    throw new Fault("EV8208", `--${option} is given more than once`, { remedy: "Give each option once." });
  }
  return true;
}

function usageFault(message: string, [first]: readonly string[]): Fault {
  const command = COMMAND_NAMES.find((name) => name === first);
  const unknown = command === undefined && first !== undefined && !first.startsWith("-");
  return new Fault("EV8208", unknown ? `There is no command ${JSON.stringify(first)}` : message, {
    remedy: `\`${commandName} ${command === undefined ? "" : `${command} `}--help\` shows what can be given.`,
  });
}
