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
import { isHere, type Target, traitsOf } from "./target.js";

const run = promisify(execFile);

/** Node looks for this mark to know whether it carries a program. */
export const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
/** Bound of what npm may say, in bytes. */
const OUTPUT_BYTES = 16 << 20;

export interface BaseOptions {
  readonly target: Target;
  /** A Node that the caller has. */
  readonly node: string | undefined;
  /** For downloads. */
  readonly folder: string;
}

/**
 * The bytes of Node for a target, and what they are called.
 * Throws Fault EV4002 when there is none, or one that cannot carry a program.
 */
export async function baseExecutable({ target, node, folder }: BaseOptions): Promise<{ bytes: Buffer; name: string }> {
  const name = node !== undefined || isHere(target) ? "node" : traitsOf(target).node.name;
  const file = node ?? (isHere(target) ? process.execPath : await download(target, folder));
  const bytes = await read(file);
  if (targetOfImage(bytes) !== target) throw unusable(file, `it is not an executable for ${target}`);
  if (!bytes.includes(`${FUSE}:0`)) throw unusable(file, "it was built without support for single executables");
  if (!bytes.includes(`v${process.versions.node}`)) {
    throw unusable(
      file,
      `it is not version ${process.versions.node}, whose form of the parts is sure to be understood`,
    );
  }
  return { bytes, name };
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw unusable(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** Installs the package into `folder`, without its scripts and for a processor that is not this one. */
async function download(target: Target, folder: string): Promise<string> {
  const { name, file } = traitsOf(target).node;
  const wanted = `${name}@${process.versions.node}`;
  await mkdir(folder, { recursive: true });
  try {
    const options = ["--prefix", folder, "--force", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
    await run("npm", ["install", ...options, wanted], { maxBuffer: OUTPUT_BYTES });
  } catch (cause) {
    throw new Fault("EV4002", `The npm package ${wanted} cannot be had: ${firstLine(cause)}`, {
      remedy: `Check that npm is installed and reaches a registry; where the package has no such version, give the executable of Node ${process.versions.node} from nodejs.org with --node FILE.`,
      cause,
    });
  }
  return join(folder, "node_modules", name, file);
}

function unusable(file: string, why: string, cause?: unknown): Fault {
  return new Fault("EV4002", `Node cannot be the base of an executable: ${why}`, {
    place: file,
    remedy: "Use a Node from nodejs.org or from the npm package `node`.",
    cause,
  });
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split("\n").find((candidate) => candidate.startsWith("npm error"));
  return line ?? text.split("\n", 1)[0] ?? text;
}
