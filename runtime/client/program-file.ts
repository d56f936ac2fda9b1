/**
 * Program files (`*.evp`) as they come from disk: read, parsed, checked. What passes is a program of this runtime whose
 * content is what the compiler wrote.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { programContent } from "../protocol/canonical.js";
import { Fault } from "../protocol/fault.js";
import { isMissingFile } from "../protocol/missing.js";
import { type Program, programSchema, RUNTIME_ABI } from "../protocol/program.js";

/** The part that every version of the format has. */
const headerSchema = z.object({
  format: z.literal("eventual-program"),
  manifest: z.object({ abi: z.number(), compiler: z.string() }),
});

/**
 * Reads the program in `file`. Throws Fault EV8201 (cannot be read), EV8202 (not a program), EV8203 (damaged) or EV8204
 * (made for another runtime).
 */
export async function loadProgramFile(file: string): Promise<Program> {
  return parseProgram(file, await read(file));
}

/** The program in `text`, which comes from `file`. Throws Fault EV8202, EV8203 or EV8204. */
export function parseProgram(file: string, text: string): Program {
  return checkProgram(file, parse(file, text));
}

/** The program that the JSON `value`, which comes from `file`, is. Throws Fault EV8202, EV8203 or EV8204. */
export function checkProgram(file: string, value: unknown): Program {
  const header = headerSchema.safeParse(value);
  if (!header.success) throw notAProgram(file, "it has not the form of one", header.error);
  const { abi, compiler } = header.data.manifest;
  if (abi !== RUNTIME_ABI) throw foreign(file, abi, compiler);
  const program = programSchema.safeParse(value);
  if (!program.success) throw notAProgram(file, z.prettifyError(program.error), program.error);
  if (sha256(programContent(program.data)) !== program.data.hash) throw damaged(file);
  return program.data;
}

/** Throws Fault EV8205, naming the workflows that there are, when `program` does not define `workflow`. */
export function requireWorkflow(program: Program, workflow: string, file: string): void {
  const names = program.manifest.workflows.map(({ name }) => name);
  if (names.includes(workflow)) return;
  throw new Fault("EV8205", `The program has no workflow ${JSON.stringify(workflow)}; it has: ${names.join(", ")}`, {
    place: file,
    remedy: 'Use the name given to workflow("…") in the source.',
  });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const why = isMissingFile(cause) ? "there is no such file" : cause instanceof Error ? cause.message : String(cause);
    throw new Fault("EV8201", `The program cannot be read: ${why}`, {
      place: file,
      remedy: "Check the path. A program is made with `eventualc build <entry.ts> -o <program.evp>`.",
      cause,
    });
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notAProgram(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function notAProgram(file: string, why: string, cause: unknown): Fault {
  return new Fault("EV8202", `The file is not a compiled program: ${why}`, {
    place: file,
    remedy: "Give the file that `eventualc build <entry.ts> -o <program.evp>` wrote, or build it again.",
    cause,
  });
}

function damaged(file: string): Fault {
  return new Fault("EV8203", "The program is damaged: its content does not have the hash that it names", {
    place: file,
    remedy: "Build it again, or copy it again; a program must not be edited.",
  });
}

function foreign(file: string, abi: number, compiler: string): Fault {
  return new Fault(
    "EV8204",
    `The program was built by ${compiler} for runtime version ${abi}; this runtime has version ${RUNTIME_ABI}`,
    { place: file, remedy: "Build it again with the `eventualc` of this installation." },
  );
}
