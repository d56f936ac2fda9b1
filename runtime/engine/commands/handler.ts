/** What a handler of one kind of command gets, and what it may do: write into the draft of its activation's commit. */
import type { CommandKind, CommandOf } from "../../protocol/command.js";
import type { ExecutionRow } from "../../store/store.js";
import type { Actor } from "../actor.js";
import type { Draft } from "../draft.js";

export interface CommandContext {
  readonly draft: Draft;
  readonly row: ExecutionRow;
  /** This engine's incarnation: the lease of tasks that may start at once. */
  readonly incarnation: number;
  /** The executions that the activation's commands name, by id; none of them is being closed right now. */
  readonly targets: ReadonlyMap<string, Actor | undefined>;
  /** The activation closes its execution: nobody will hear answers. */
  readonly closes: boolean;
}

export interface CommandHandler<K extends CommandKind> {
  /** Id of another execution that has to be in memory when the command is applied. */
  readonly target?: (command: CommandOf<K>) => string | undefined;
  /** Writes what the command asks for. Called in the order of the commands; must not wait for anything. */
  readonly apply: (command: CommandOf<K>, context: CommandContext) => void;
}
