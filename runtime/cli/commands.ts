/** The command line of `eventual`: its commands, and how errors become text and exit codes. */
import yargs from "yargs";
import { Fault } from "../protocol/fault.js";
import { commandName } from "./application.js";
import { type Session, Understood } from "./command.js";
import { completion } from "./commands/completion.js";
import { cancel, resume, suspend, terminate } from "./commands/control.js";
import { dev } from "./commands/dev.js";
import { deadletters, emit } from "./commands/events.js";
import { list, retry, show, start, wait } from "./commands/executions.js";
import { history, inspect, logs } from "./commands/look.js";
import { query, request, signal } from "./commands/message.js";
import { backup, doctor, prune, stats } from "./commands/operate.js";
import { packageCommand } from "./commands/package.js";
import { deploy, programs } from "./commands/programs.js";
import { run } from "./commands/run.js";
import { schedules } from "./commands/schedules.js";
import { serve } from "./commands/serve.js";
import { tasks } from "./commands/tasks.js";
import { faultText } from "./display/fault.js";
import { EXIT, exitCodeOf } from "./exit.js";
import { groupedHelp } from "./help.js";
import { processOutput } from "./output.js";
import { readSettings } from "./settings.js";

/** The commands in the order of the help text, by what one wants to do. */
const GROUPS = {
  "Run:": { dev, run, serve, deploy },
  "Talk to executions:": { start, signal, request, query, emit, wait },
  "Look:": { list, show, inspect, history, logs },
  "Control:": { cancel, terminate, suspend, resume, retry, tasks, schedules, deadletters },
  "Operate:": { programs, stats, doctor, prune, backup, package: packageCommand, completion },
} as const;

const COMMANDS = Object.values(GROUPS).flatMap((commands) => Object.entries(commands));
const COMMAND_NAMES = COMMANDS.map(([name]) => name);

/** Carries out the command line `args` (without node and script). Resolves with the exit code; never rejects. */
export async function main(args: readonly string[], version: string): Promise<number> {
  const output = processOutput();
  try {
    const session: Session = { output, settings: readSettings(args, process.env) };
    if (args.length === 1 && HELP.has(args[0] ?? "")) {
      output.print(await help(session, version));
      return EXIT.ok;
    }
    return await carryOut(session, version, args);
  } catch (error) {
    // Thrown past the handler for failures: a value that an option's conversion refuses.
    const shown = error instanceof Error && error.name === "YError" ? usageFault(error.message, args) : error;
    output.note(faultText(shown, output.notePaint).trimEnd());
    return shown instanceof Fault ? exitCodeOf(shown) : EXIT.failed;
  }
}

async function carryOut(session: Session, version: string, args: readonly string[]): Promise<number> {
  try {
    await parser(session, version, args).parseAsync([...args]);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof Understood) return await error.carryOut();
    throw error;
  }
}

const HELP: ReadonlySet<string> = new Set(["--help", "-h", "help"]);

async function help(session: Session, version: string): Promise<string> {
  const groups = new Map(Object.entries(GROUPS).map(([title, commands]) => [title, Object.keys(commands)] as const));
  return groupedHelp(await parser(session, version, []).getHelp(), commandName, groups);
}

function parser(session: Session, version: string, args: readonly string[]) {
  const commandLine = yargs();
  for (const [, add] of COMMANDS) add(commandLine, session);
  return (
    commandLine
      .scriptName(commandName)
      .usage("$0 <command>\n\nRuns compiled workflows durably: what they wait for survives crashes and restarts.")
      .demandCommand(1, `Name a command: ${COMMAND_NAMES.join(", ")}`)
      .strict()
      .recommendCommands()
      .option("config", {
        type: "string",
        requiresArg: true,
        describe: "File with settings as JSON (or set EVENTUAL_CONFIG)",
      })
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
      // Hidden: it answers what the scripts of `completion` ask.
      .completion("yargs-completion", false)
      // For what yargs finds wrong itself there is only a message; for what a command has thrown, the error.
      .fail((message, error: Error | null | undefined, { help }) => {
        throw error ?? usageFault(message, args, String(help()));
      })
  );
}

/** What may be given more than once. */
const SEVERAL: ReadonlySet<string> = new Set([
  "_",
  "programs",
  "letters",
  "external",
  "allow-host",
  "allowHost",
  "allow-origin",
  "allowOrigin",
]);

/** An option given twice is a mistake: which of the two counts? */
function refuseRepeated(given: Readonly<Record<string, unknown>>): true {
  for (const [option, value] of Object.entries(given)) {
    if (!Array.isArray(value) || SEVERAL.has(option)) continue;
    throw new Fault("EV8208", `--${option} is given more than once`, { remedy: "Give each option once." });
  }
  return true;
}

/** `help` is that of the command, where yargs knows which one is meant. */
function usageFault(message: string, [first]: readonly string[], help = ""): Fault {
  const command = COMMAND_NAMES.find((name) => name === first);
  if (command === undefined && first !== undefined && !first.startsWith("-")) {
    return new Fault("EV8208", `There is no command ${JSON.stringify(first)}`, {
      remedy: `${message.startsWith("Did you mean") ? `${message} ` : ""}\`${commandName} --help\` lists the commands.`,
    });
  }
  if (message.startsWith("Did you mean")) {
    return new Fault("EV8208", `\`${command}\` has no such command`, {
      remedy: `${message} \`${commandName} ${command} --help\` lists what there is.`,
    });
  }
  const [usage = ""] = help.split("\n", 1);
  const missing = message.startsWith("Not enough non-option arguments") && usage.includes("<");
  return new Fault("EV8208", missing ? `An argument is missing: ${usage.trim()}` : message, {
    remedy: `\`${commandName} ${command === undefined ? "" : `${command} `}--help\` shows what can be given.`,
  });
}
