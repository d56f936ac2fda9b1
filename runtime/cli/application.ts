/**
 * What this process was started as: the command `eventual`, or an executable that was packaged with a program and is
 * that application's own command line.
 */
import { loadProgramFile, parseProgram } from "../client/program-file.js";
import { isExecutable, partHash, partText } from "../platform/executable.js";
import type { Program } from "../protocol/program.js";

/** True when the process carries a program, which then need not be named. */
export const hasProgram = isExecutable && partHash("program.evp") !== undefined;

/** The command's name: `eventual`, or the packaged application's. */
export const commandName = hasProgram ? partText("program-name") : "eventual";

/** A program and the file that it came from; its external packages are looked up from that file's folder. */
export interface LoadedProgram {
  readonly file: string;
  readonly program: Program;
}

/** The program in `file`, or without one this executable's own. Throws Fault EV8201 to EV8204. */
export async function loadProgram(file: string | undefined): Promise<LoadedProgram> {
  if (file !== undefined) return { file, program: await loadProgramFile(file) };
  return { file: process.execPath, program: parseProgram(process.execPath, partText("program.evp")) };
}
