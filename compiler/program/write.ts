/** Writing a result file so that it is either the old one or the new one, never a part. */
import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { Fault } from "../../runtime/protocol/fault.js";

/** Writes a file by way of a temporary one beside it. Throws Fault EV3004 when it cannot be written. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new Fault("EV3004", `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      remedy: "Name a file in an existing folder that you may write to.",
      cause: error,
    });
  }
}
