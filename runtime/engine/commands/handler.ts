/** What a handler of one kind of command gets, and what it may do: write into the draft of its activation's commit. */
import type { CommandKind, CommandOf } from "../../protocol/command.js";
import type { Status } from "../../protocol/execution.js";
import type { Outcome } from "../../protocol/value.js";
import type { ExecutionRow } from "../../store/store.js";
import type { Actor } from "../actor.js";
import type { Draft } from "../draft.js";
import type { NewExecutions } from "../new-executions.js";

export interface CommandContext {
  readonly draft: Draft;
  readonly row: ExecutionRow;
  /** This engine's incarnation: the lease of tasks that may start at once. */
  readonly incarnation: number;
  /** The executions that the activation's commands name, by id; none of them is being closed right now. */
  readonly targets: ReadonlyMap<string, Actor | undefined>;
  /** Names of the workflows of the execution's program. */
  readonly workflows: readonly string[];
  /** Longest name of an execution, in UTF-16 units. */
  readonly nameLength: number;
  /** Names of the subscriptions to an event. */
  readonly subscribersOf: (event: string) => readonly string[];
  readonly newExecutions: NewExecutions;
  /** Makes the actor of an execution that this commit creates; undefined if its id is taken. */
  readonly newActor: (row: ExecutionRow) => (Actor & { readonly row: ExecutionRow }) | undefined;
  /** Answers to its queries, by number of the operation. */
  readonly answers: ReadonlyMap<number, Outcome>;
  /** The activation closes its execution: nobody will hear answers. */
  readonly closes: boolean;
  /** Writes that the execution ends, and what follows from that for its parent and its children. */
  readonly end: (status: Status, outcome: Outcome) => void;
}

export interface CommandHandler<K extends CommandKind> {
  /** Id of another execution that has to be in memory when the command is applied. */
  readonly target?: (command: CommandOf<K>) => string | undefined;
  /** Writes what the command asks for. Called in the order of the commands; must not wait for anything. */
  readonly apply: (command: CommandOf<K>, context: CommandContext) => void;
}
