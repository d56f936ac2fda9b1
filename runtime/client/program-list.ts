/** The programs in a database, with what they define. */
import type { Examination, StoredProgram } from "../store/sqlite/examine.js";
import { parseProgram } from "./program-file.js";

export interface ListedProgram extends StoredProgram {
  /** Source file, as the compiler was given it. */
  readonly entry: string;
  readonly workflows: readonly string[];
}

/** Newest first. Throws Fault EV8202 to EV8204 for one that this runtime does not understand. */
export async function listedPrograms(file: Examination): Promise<readonly ListedProgram[]> {
  const rows = await file.programs();
  return await Promise.all(
    rows.map(async (row) => {
      const { manifest } = await storedProgram(file, row.hash);
      return { ...row, entry: manifest.entry, workflows: manifest.workflows.map(({ name }) => name) };
    }),
  );
}

/** The program with that hash, which the database holds. Throws as `listedPrograms`. */
export async function storedProgram(file: Examination, hash: string) {
  return parseProgram(`program ${hash.slice(0, 12)}`, (await file.program(hash)) ?? "");
}
