/** The checkout that the tests are of, wherever they themselves have been compiled to. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

export const ROOT = folderAbove(import.meta.dirname);

function folderAbove(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : folderAbove(dirname(folder));
}
