/** The package as users have it: what `npm pack` makes of the checkout, installed. */
import { execFile } from "node:child_process";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./root.js";

const run = promisify(execFile);

/**
 * Installs the package in `folder`, which has to lie in the checkout: the packages that it depends on are found above.
 */
export async function installPackage(folder: string): Promise<void> {
  const packed = join(folder, "packed");
  await mkdir(packed, { recursive: true });
  await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", packed], { cwd: ROOT });
  const [tarball = ""] = await readdir(packed);
  const home = join(folder, "node_modules/eventual");
  await mkdir(home, { recursive: true });
  await run("tar", ["-xzf", join(packed, tarball), "-C", home, "--strip-components=1"]);
  await rm(packed, { recursive: true });
}
