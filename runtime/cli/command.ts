/** How a command of the command line is made: what it takes, and what it does, loaded only when it is used. */
import type { ArgumentsCamelCase, Argv } from "yargs";
import type { Output } from "./output.js";
import { pick, type SettingName, type Settings } from "./settings.js";

/** What a command is given. */
export interface Session {
  readonly output: Output;
  /** What environment and configuration file say. */
  readonly settings: Settings;
}

/**
 * Thrown when a command line has been understood: `carryOut` does what it asks for and gives the exit code. A handler
 * that returned would have yargs lay out the whole help, which takes longer than all the rest that it does.
 */
export class Understood extends Error {
  readonly carryOut: () => Promise<number>;

  constructor(carryOut: () => Promise<number>) {
    super("the command line has been understood");
    this.carryOut = carryOut;
  }
}

/** Adds a command to a command line. */
export type Command = (commandLine: Argv, session: Session) => void;

export interface CommandDefinition<Options> {
  /** Its name and places: `signal <execution> <signal> [payload]`. */
  readonly usage: string;
  /** One line for the help; false: not shown there. */
  readonly describe: string | false;
  /** Options that environment and configuration file may give, too. Default: where the engine is. */
  readonly settings?: readonly SettingName[];
  /** Adds options, examples and further help. */
  readonly options: (command: Argv) => Argv<Options>;
  /** Carries it out. Resolves with the exit code; throws Faults. */
  readonly run: (args: ArgumentsCamelCase<Options>, output: Output) => Promise<number>;
}

const PLACE: readonly SettingName[] = ["db", "url", "token"];

/** A command. */
export function command<Options>(definition: CommandDefinition<Options>): Command {
  const { usage, describe, options, run, settings = PLACE } = definition;
  return (commandLine, session) => {
    commandLine.command({
      command: usage,
      describe,
      builder: (given: Argv) => options(given).config(pick(session.settings, settings)),
      handler: (args) => {
        throw new Understood(() => run(args, session.output));
      },
    });
  };
}

/** A command with commands of its own: `tasks list`. `actions` by name. */
export function commandGroup(name: string, describe: string, actions: Readonly<Record<string, Command>>): Command {
  return (commandLine, session) => {
    commandLine.command(name, describe, (group: Argv) => {
      for (const add of Object.values(actions)) add(group, session);
      return group.demandCommand(1, `Name what to do: ${Object.keys(actions).join(", ")}`);
    });
  };
}
