/**
 * The command `eventualc`. Results go to standard output, everything else to standard error.
 * Exit codes: 0 done and nothing found, 1 findings, 2 the command could not run. A build with warnings alone is done.
 */
import { type Argv, default as yargs } from "yargs";
import { hideBin } from "yargs/helpers";
import { Fault } from "../runtime/protocol/fault.js";
import { type BuildResult, Session } from "./build.js";
import { fromFault, hasErrors } from "./diagnostics/diagnostic.js";
import { diagnosticsJson, printDiagnostics, wantsColor } from "./diagnostics/print.js";
import { sizesText } from "./diagnostics/sizes.js";
import { compareManifests } from "./diff/compare.js";
import { printMoves } from "./diff/print.js";
import { readProgram } from "./diff/read.js";
import { writeWhole } from "./program/write.js";
import { findInstallation } from "./project/installation.js";
import { watchProgram } from "./watch.js";

const DONE = 0;
const FINDINGS = 1;
const COULD_NOT_RUN = 2;
const EXIT_CODES =
  "Exit codes: 0 done, nothing found; 1 findings (`build`: errors, `diff`: a place that cannot move); 2 the command could not run.";

interface CompileArguments {
  readonly entry: string;
  readonly tsconfig: string | undefined;
  readonly external: readonly string[];
  readonly json: boolean;
  readonly watch: boolean;
}

const LAYOUT_WIDTH = 100;

async function main(): Promise<void> {
  await yargs(hideBin(process.argv))
    .scriptName("eventualc")
    .usage("$0 <command>\n\nCompiles TypeScript workflows to durable programs.")
    .command(
      "build <entry>",
      "Compile a program",
      (command) =>
        compileOptions(command)
          .option("output", {
            alias: "o",
            type: "string",
            demandOption: true,
            describe: "The program file to write (.evp)",
          })
          .example("$0 build src/main.ts -o main.evp", "Compile src/main.ts and what it imports")
          .example("$0 build src/main.ts -o main.evp --watch", "Build again whenever a file changes")
          .example("$0 build src/main.ts -o main.evp --external sharp", "Leave the package sharp to be installed"),
      (given) => runBuild(given, given.output),
    )
    .command(
      "check <entry>",
      "Report what is wrong with a program and write nothing",
      (command) => compileOptions(command).example("$0 check src/main.ts --json", "Findings as JSON, for tools"),
      (given) => runCheck(given),
    )
    .command(
      "diff <old> <new>",
      "Say which waiting executions of one program could go on in another",
      (command) =>
        command
          .positional("old", { type: "string", demandOption: true, describe: "The program they run now (.evp)" })
          .positional("new", { type: "string", demandOption: true, describe: "The program to move to (.evp)" })
          .option("json", { type: "boolean", default: false, describe: "Print the answer as JSON" })
          .example("$0 diff running.evp next.evp", "One line for each place where an execution can wait"),
      (given) => runDiff(given.old, given.new, given.json),
    )
    .demandCommand(1, "Name a command: build, check or diff.")
    .strict()
    .recommendCommands()
    .version(findInstallation().version)
    .help()
    .epilogue(EXIT_CODES)
    .wrap(LAYOUT_WIDTH)
    .exitProcess(false)
    .fail((message, error, parser) => refuse(message, error, parser))
    .parseAsync();
}

function compileOptions(command: Argv) {
  return command
    .positional("entry", {
      type: "string",
      demandOption: true,
      describe: "The file that defines or imports the workflows",
    })
    .option("tsconfig", { type: "string", requiresArg: true, describe: "Instead of the nearest tsconfig.json" })
    .option("external", {
      type: "string",
      array: true,
      nargs: 1,
      default: [],
      describe: "npm packages that tasks import at run time instead of containing them",
    })
    .option("watch", {
      alias: "w",
      type: "boolean",
      default: false,
      describe: "Go on, and do it again whenever a file changes, until Ctrl-C",
    })
    .option("json", { type: "boolean", default: false, describe: "Print the findings as JSON to standard output" });
}

async function runBuild(given: CompileArguments, output: string): Promise<void> {
  if (given.watch) return runWatch(given, output);
  const result = await sessionOf(given).build();
  if (result.program !== undefined) await writeWhole(output, result.program.text);
  report(result, given.json, output);
}

async function runCheck(given: CompileArguments): Promise<void> {
  if (given.watch) return runWatch(given, undefined);
  report(await sessionOf(given).build(), given.json, undefined);
}

/** Compares two programs. Exit code 1 when there is a place whose executions could not move. */
function runDiff(before: string, after: string, json: boolean): void {
  const moves = compareManifests(readProgram(before).manifest, readProgram(after).manifest);
  process.stdout.write(json ? `${JSON.stringify({ points: moves })}\n` : printMoves(moves));
  process.exitCode = moves.some(({ verdict }) => verdict === "stays") ? FINDINGS : DONE;
}

/** Builds or checks until Ctrl-C, which is no failure. */
async function runWatch(given: CompileArguments, output: string | undefined): Promise<void> {
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.on("SIGINT", end).on("SIGTERM", end);
  try {
    await watchProgram(sessionOf(given), stop.signal, async ({ result, changed, milliseconds }) => {
      if (result.program !== undefined && output !== undefined) await writeWhole(output, result.program.text);
      const time = Math.round(milliseconds);
      if (given.json) report(result, true, output, { changed, milliseconds: time });
      else reportRound(result, output, changed, time);
    });
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
  process.exitCode = DONE;
}

/** One round of watching, for people: what changed, what is wrong, how it ended. */
function reportRound(result: BuildResult, output: string | undefined, changed: readonly string[], ms: number): void {
  if (changed.length > 0) process.stdout.write(`\nchanged ${listed(changed)}\n`);
  process.stdout.write(printDiagnostics(result.diagnostics, { color: wantsColor(process.stdout, process.env) }));
  const done = output === undefined ? "nothing found" : `${output} ${result.program?.hash ?? ""}`;
  const failed = output === undefined ? result.diagnostics.length > 0 : result.program === undefined;
  process.stdout.write(`${failed ? "waiting for changes" : done} (${ms} ms)\n`);
}

const LISTED = 3;

function listed(files: readonly string[]): string {
  const rest = files.length - LISTED;
  return rest > 0 ? `${files.slice(0, LISTED).join(", ")} and ${rest} more` : files.join(", ");
}

function sessionOf({ entry, tsconfig, external }: CompileArguments): Session {
  return new Session({ entry, external, ...(tsconfig === undefined ? {} : { tsconfig }) });
}

/** Says what happened. `output` is the file that a build wrote if it came so far. */
function report(
  { diagnostics, program }: BuildResult,
  json: boolean,
  output: string | undefined,
  round: { readonly changed?: readonly string[]; readonly milliseconds?: number } = {},
): void {
  if (json) {
    const written =
      program !== undefined && output !== undefined ? { output, hash: program.hash, bytes: program.bytes } : {};
    process.stdout.write(`${JSON.stringify({ ...round, ...written, diagnostics: diagnosticsJson(diagnostics) })}\n`);
  } else {
    process.stderr.write(printDiagnostics(diagnostics, { color: wantsColor(process.stderr, process.env) }));
    if (program !== undefined && output !== undefined) {
      process.stdout.write(`${output} ${program.hash}\n`);
      // For people: a script that reads either stream has to do with the line before only.
      if (process.stderr.isTTY) process.stderr.write(`${sizesText(program.bytes)}\n`);
    }
  }
  const failed = output === undefined ? diagnostics.length > 0 : hasErrors(diagnostics);
  process.exitCode = failed ? FINDINGS : DONE;
}

/** Wrong use of the command: what was wrong, and the help that belongs to it. */
class WrongUse extends Error {
  readonly help: string;

  constructor(message: string, help: string) {
    super(message);
    this.help = help;
  }
}

/** Called by the parser for wrong use (`message`) and for what a command threw (`error` alone). */
function refuse(message: string | null | undefined, error: Error | undefined, parser: Argv): never {
  if (error instanceof WrongUse || ((message ?? "") === "" && error !== undefined)) throw error;
  let help = "";
  parser.showHelp((text) => {
    help = text;
  });
  throw new WrongUse(message ?? "Wrong use.", help);
}

/** A command that was asked for JSON answers in JSON also when it could not run. */
function reportFailure(error: unknown): void {
  if (error instanceof Fault && process.argv.includes("--json")) {
    const diagnostics = diagnosticsJson([fromFault(error, undefined, undefined)]);
    process.stdout.write(`${JSON.stringify({ diagnostics })}\n`);
  } else process.stderr.write(failureText(error));
}

/** Text for a failure that is no finding about the program: a fault, or a defect of the compiler. */
function failureText(error: unknown): string {
  if (error instanceof Fault) {
    return printDiagnostics([fromFault(error, undefined, undefined)], {
      color: wantsColor(process.stderr, process.env),
    });
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `error EV9102: A defect of eventualc itself\n\n${stack}\n\n  remedy: Please report it with the program that shows it.\n`;
}

main().catch((error: unknown) => {
  if (error instanceof WrongUse) process.stderr.write(`${error.help}\n\n${error.message}\n`);
  else reportFailure(error);
  process.exitCode = COULD_NOT_RUN;
});
