/** A program file, read for its manifest. */
import { readFileSync } from "node:fs";
import { Fault } from "../../runtime/protocol/fault.js";
import { isMissingFile } from "../../runtime/protocol/missing.js";
import { type Program, programSchema } from "../../runtime/protocol/program.js";

/** Reads a `.evp` file. Throws Fault EV3005 when it is missing or no program. */
export function readProgram(path: string): Program {
  try {
    return programSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const missing = isMissingFile(error);
    throw new Fault("EV3005", missing ? `${path} does not exist` : `${path} is no program of eventualc`, {
      remedy: "Name a file that `eventualc build` wrote.",
      cause: error,
    });
  }
}
