/** Small things about options that several commands need. */
import type { Argv } from "yargs";
import type { CheckpointMode } from "../engine/engine.js";
import { Fault } from "../protocol/fault.js";

export { present } from "../client/present.js";

/** A number of things as typed, at least `least`. Throws Fault EV8208 for what is not one. */
export function wholeNumber(option: string, text: string | undefined, least = 0): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  const what = least === 0 ? "a whole number" : `a whole number of ${least} or more`;
  throw new Fault("EV8208", `${option} ${JSON.stringify(text)} is not ${what}`, {
    remedy: `Give digits only, such as ${option} 100.`,
  });
}

/** The options of every command that works on a database of this machine. */
export function withDatabase<T>(command: Argv<T>) {
  return command
    .option("db", { type: "string", requiresArg: true, describe: "Database file (or set EVENTUAL_DB)" })
    .option("json", { type: "boolean", default: false, describe: "Print JSON" });
}

/** The options of every command that can also talk to a server elsewhere. */
export function withPlace<T>(command: Argv<T>) {
  return withDatabase(command)
    .option("url", {
      type: "string",
      requiresArg: true,
      describe: "Server instead of a database: http(s)://host:port or unix:/path (or set EVENTUAL_URL)",
    })
    .option("token", { type: "string", requiresArg: true, describe: "Its token (better: set EVENTUAL_TOKEN)" });
}

/** An execution by its id. */
export function withExecution<T>(command: Argv<T>) {
  return command.positional("execution", { type: "string", demandOption: true, describe: "Id: <workflow>/<name>" });
}

/** How many rows at most. */
export function withLimit<T>(command: Argv<T>, usual = 50) {
  return command.option("limit", {
    type: "string",
    requiresArg: true,
    coerce: (text: string | undefined) => wholeNumber("--limit", text, 1),
    describe: `At most this many (default: ${usual})`,
  });
}

/** The two ways of giving an execution's input. */
export function withInput<T>(command: Argv<T>) {
  return command
    .option("input", { type: "string", requiresArg: true, describe: "Input as JSON" })
    .option("input-file", { type: "string", requiresArg: true, describe: "File with the input as JSON; - for stdin" })
    .conflicts("input", "input-file");
}

const CHECKPOINT_MODES = ["auto", "always", "never"] as const satisfies readonly CheckpointMode[];

/** The options of every command that runs an engine. */
export function withEngine<T>(command: Argv<T>) {
  return command
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
    .option("verify-every", {
      type: "string",
      requiresArg: true,
      coerce: (text: string | undefined) => wholeNumber("--verify-every", text),
      describe: "Bring up every n-th checkpoint again before it is stored; 0: none (default: 1000)",
    })
    .option("task-threads", {
      type: "string",
      requiresArg: true,
      coerce: (text: string | undefined) => wholeNumber("--task-threads", text, 1),
      describe: "Threads for task handlers (default: one per processor, at least two)",
    })
    .option("task-concurrency", {
      type: "string",
      requiresArg: true,
      coerce: (text: string | undefined) => wholeNumber("--task-concurrency", text, 1),
      describe: "Handlers at once in each thread (default: 32)",
    });
}

/** Options of the commands that compile a program, as `eventualc build` has them. */
export const BUILD_OPTIONS = {
  external: {
    type: "string",
    array: true,
    nargs: 1,
    default: [] as string[],
    describe: "npm packages that tasks import at run time instead of containing them",
  },
  tsconfig: { type: "string", requiresArg: true, describe: "Instead of the nearest tsconfig.json" },
} as const;
