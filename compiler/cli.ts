/**
 * The command `eventualc`. Results go to standard output, everything else to standard error.
 * Exit codes: 0 done and nothing found, 1 findings, 2 the command could not run. A build with warnings alone is done.
 */
import { type Argv, default as yargs } from "yargs";
import { hideBin } from "yargs/helpers";
import { Fault } from "../runtime/protocol/fault.js";
import { type BuildResult, build } from "./build.js";
import { fromFault, hasErrors } from "./diagnostics/diagnostic.js";
import { diagnosticsJson, printDiagnostics, wantsColor } from "./diagnostics/print.js";
import { writeWhole } from "./program/write.js";
import { findInstallation } from "./project/installation.js";

const DONE = 0;
const FINDINGS = 1;
const COULD_NOT_RUN = 2;
const EXIT_CODES = "Exit codes: 0 done, nothing found; 1 findings (`build`: errors); 2 the command could not run.";

interface CompileArguments {
  readonly entry: string;
  readonly tsconfig: string | undefined;
  readonly external: readonly string[];
  readonly json: boolean;
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
          .example("$0 build src/main.ts -o main.evp --external sharp", "Leave the package sharp to be installed"),
      (given) => runBuild(given, given.output),
    )
    .command(
      "check <entry>",
      "Report what is wrong with a program and write nothing",
      (command) => compileOptions(command).example("$0 check src/main.ts --json", "Findings as JSON, for tools"),
      (given) => runCheck(given),
    )
    .demandCommand(1, "Name a command: build or check.")
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
    .option("json", { type: "boolean", default: false, describe: "Print the findings as JSON to standard output" });
}

async function runBuild(given: CompileArguments, output: string): Promise<void> {
  const result = await compile(given);
  if (result.program !== undefined) await writeWhole(output, result.program.text);
  report(result, given.json, output);
}

async function runCheck(given: CompileArguments): Promise<void> {
  report(await compile(given), given.json, undefined);
}

function compile({ entry, tsconfig, external }: CompileArguments): Promise<BuildResult> {
  return build({ entry, external, ...(tsconfig === undefined ? {} : { tsconfig }) });
}

/** Says what happened. `output` is the file that a build wrote if it came so far. */
function report({ diagnostics, program }: BuildResult, json: boolean, output: string | undefined): void {
  if (json) {
    const written = program !== undefined && output !== undefined ? { output, hash: program.hash } : {};
    process.stdout.write(`${JSON.stringify({ ...written, diagnostics: diagnosticsJson(diagnostics) })}\n`);
  } else {
    process.stderr.write(printDiagnostics(diagnostics, { color: wantsColor(process.stderr, process.env) }));
    if (program !== undefined && output !== undefined) process.stdout.write(`${output} ${program.hash}\n`);
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
