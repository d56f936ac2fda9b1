/** The only door from tests to the compiler: from an entry file to a program, once per process and state of its files. */
import { Session } from "../../compiler/build.js";
import { hasErrors } from "../../compiler/diagnostics/diagnostic.js";
import { printDiagnostics } from "../../compiler/diagnostics/print.js";
import { type Program, programSchema } from "../protocol/program.js";
import { notCompiled } from "./faults.js";

interface Compiled {
  readonly session: Session;
  readonly program: Promise<Program>;
}

const known = new Map<string, Compiled>();

/** The program of the file `entry`. Throws Fault EV8601 with the compiler's findings, and Faults as `build` does. */
export function compile(entry: string): Promise<Program> {
  const earlier = known.get(entry);
  if (earlier !== undefined && earlier.session.changedFiles().length === 0) return earlier.program;
  const session = earlier?.session ?? new Session({ entry });
  const program = build(session, entry);
  known.set(entry, { session, program });
  program.catch(() => known.delete(entry));
  return program;
}

async function build(session: Session, entry: string): Promise<Program> {
  const { program, diagnostics } = await session.build();
  if (program === undefined || hasErrors(diagnostics)) {
    throw notCompiled(entry, printDiagnostics(diagnostics, { color: false }));
  }
  return programSchema.parse(JSON.parse(program.text));
}
