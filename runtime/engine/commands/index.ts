/**
 * What each kind of command becomes in the commit of its activation. One handler per kind: a new kind without one does
 * not compile.
 */
import type { Command, CommandKind, CommandOf } from "../../protocol/command.js";
import { ask } from "./ask.js";
import { close } from "./close.js";
import { control } from "./control.js";
import { emit } from "./emit.js";
import type { CommandContext, CommandHandler } from "./handler.js";
import { answer, reply } from "./reply.js";
import { retry } from "./retry.js";
import { signal } from "./signal.js";
import { child, start } from "./start.js";
import { cancelTask, task } from "./task.js";
import { cancelTimer, deadline, timer } from "./timer.js";

const HANDLERS: { readonly [K in CommandKind]: CommandHandler<K> } = {
  task,
  cancelTask,
  timer,
  cancelTimer,
  signal,
  emit,
  child,
  start,
  control,
  ask,
  deadline,
  retry,
  reply,
  answer,
  close,
};

/** The ids of the other executions that `commands` act on. */
export function targetsOf(commands: readonly Command[]): readonly string[] {
  const targets: string[] = [];
  for (const command of commands) {
    const target = targetOf(command);
    if (target !== undefined) targets.push(target);
  }
  return targets;
}

/** Writes what `commands` ask for, in order; closing comes last, since nothing can be added to a closed execution. */
export function applyCommands(commands: readonly Command[], context: CommandContext): void {
  for (const command of commands) if (command.kind !== "close") apply(command, context);
  for (const command of commands) if (command.kind === "close") apply(command, context);
}

function targetOf<K extends CommandKind>(command: CommandOf<K>): string | undefined {
  return handlerOf<K>(command.kind as K).target?.(command);
}

function apply<K extends CommandKind>(command: CommandOf<K>, context: CommandContext): void {
  handlerOf<K>(command.kind as K).apply(command, context);
}

function handlerOf<K extends CommandKind>(kind: K): CommandHandler<K> {
  return HANDLERS[kind];
}
