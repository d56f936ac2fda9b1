/**
 * `packageExecutable`: from an installation, a Node and perhaps a program to one file that runs without either.
 *
 * P1  The output appears whole or not at all.
 * P2  Every part is listed with its hash (runtime/platform/executable.ts, X1).
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, constants, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DASHBOARD_FILES } from "../platform/dashboard.js";
import { PARTS, type Part } from "../platform/executable.js";
import { quickjsBytes } from "../platform/quickjs.js";
import { eventualVersion } from "../platform/version.js";
import { Fault } from "../protocol/fault.js";
import type { Program } from "../protocol/program.js";
import { sqliteAddon } from "./addon.js";
import { baseExecutable, FUSE } from "./base.js";
import { linkScripts } from "./bundle.js";
import { billOfMaterials } from "./materials.js";
import { isHere, type Target, traitsOf } from "./target.js";

const run = promisify(execFile);

export interface PackageOptions {
  /** Left out: an executable that takes program files, as the installed command does. */
  readonly program?: Program;
  readonly target: Target;
  /** Path of the file to write. */
  readonly output: string;
  /** SQLite's addon for a target that is not this machine. */
  readonly addon?: string;
  /** An executable of Node for a target that is not this machine, instead of the one from npm. */
  readonly node?: string;
  /** Take the symbols out of Node with `strip`: a tenth smaller; stacks of crashes inside Node lose their names. */
  readonly strip?: boolean;
  /** Also write a bill of materials (CycloneDX, JSON) to this file. */
  readonly materials?: string;
  /** Told what is being done, in the order in which it is done. */
  readonly progress?: (step: string) => void;
}

export interface Packaged {
  readonly output: string;
  readonly bytes: number;
  /** Of the file, as hex. */
  readonly sha256: string;
  /** What its user has to know or do; one sentence each. */
  readonly notes: readonly string[];
}

/** Makes the executable. Throws Fault EV4001 to EV4004. */
export async function packageExecutable(options: PackageOptions): Promise<Packaged> {
  const { target, output, node, progress = () => {} } = options;
  for (const file of [output, ...(options.materials === undefined ? [] : [options.materials])])
    await requirePlace(file);
  const work = await mkdtemp(join(tmpdir(), "eventual-package-"));
  try {
    progress("Linking the code");
    const scripts = await linkScripts(fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, ""));
    const parts = await partsOf(options, work, scripts);
    progress("Preparing its parts");
    const blob = await prepare(work, scripts.main, parts, isHere(target));
    progress(node !== undefined || isHere(target) ? "Taking Node" : `Fetching Node for ${target}`);
    const base = await baseExecutable({ target, node, folder: join(work, "base") });
    const image = join(work, "image");
    await writeFile(image, base.bytes, { mode: 0o755 });
    if (options.strip === true) await strip(image, target);
    progress("Putting it together");
    await putInto(image, blob, target);
    const bytes = await readFile(image);
    await writeOut(output, bytes, 0o755);
    const sha256 = hashOf(bytes);
    if (options.materials !== undefined) {
      const text = await billOfMaterials({
        ...options,
        packages: scripts.packages,
        node: base.name,
        sha256,
      });
      await writeOut(options.materials, text, 0o644);
    }
    return { output, bytes: bytes.length, sha256, notes: notesOn(target, output) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function notesOn(target: Target, output: string): string[] {
  const { afterwards, isTried } = traitsOf(target);
  return [
    ...(isTried ? [] : [`Executables for ${target} are checked by their structure; the project has run none yet.`]),
    ...(afterwards === undefined ? [] : [afterwards(output)]),
  ];
}

type Parts = ReadonlyMap<Part, Uint8Array>;

async function partsOf(
  options: PackageOptions,
  work: string,
  scripts: { sandboxThread: string; taskThread: string },
): Promise<Parts> {
  const { program, target, addon, output } = options;
  const guest = await readFile(new URL("../guest/bundle.js", import.meta.url));
  const parts = new Map<Part, Uint8Array>([
    ["version", Buffer.from(eventualVersion())],
    ["guest.js", guest],
    ["guest.image", await guestImage(work)],
    ["quickjs.wasm", quickjsBytes()],
    ["sandbox-thread.js", Buffer.from(scripts.sandboxThread)],
    ["task-thread.js", Buffer.from(scripts.taskThread)],
    ["sqlite3.node", await sqliteAddon(target, addon)],
  ]);
  for (const { part, file } of DASHBOARD_FILES) {
    parts.set(part, await readFile(new URL(`../dashboard/${file}`, import.meta.url)));
  }
  if (program === undefined) return parts;
  parts.set("program.evp", Buffer.from(JSON.stringify(program)));
  return parts.set("program-name", Buffer.from(basename(output)));
}

/** The guest image, made anew: it has to be of this very script and engine. */
async function guestImage(work: string): Promise<Buffer> {
  const file = join(work, "made.image");
  try {
    await run(process.execPath, [fileURLToPath(new URL("../sandbox/write-image.js", import.meta.url)), file]);
    return await readFile(file);
  } catch (cause) {
    throw failed("the guest runtime cannot be evaluated", cause);
  }
}

/** Writes script and parts as the blob that Node reads; gives its path. */
async function prepare(work: string, main: string, parts: Parts, sameMachine: boolean): Promise<string> {
  const assets: Record<string, string> = {};
  const list: string[] = [];
  for (const [name, bytes] of parts) {
    assets[name] = name;
    list.push(`${hashOf(bytes)}  ${name}\n`);
    await writeFile(join(work, name), bytes);
  }
  assets[PARTS] = PARTS;
  await writeFile(join(work, PARTS), list.join(""));
  await writeFile(join(work, "main.js"), main);
  // The cache holds machine code: it is of use only on the kind of machine that made it.
  const config = { main: "main.js", output: "blob", assets, disableExperimentalSEAWarning: true };
  await writeFile(
    join(work, "settings.json"),
    JSON.stringify({ ...config, useCodeCache: sameMachine, useSnapshot: false }),
  );
  try {
    await run(process.execPath, ["--experimental-sea-config", "settings.json"], { cwd: work });
    return join(work, "blob");
  } catch (cause) {
    throw failed("Node cannot prepare its parts", cause);
  }
}

async function strip(image: string, target: Target): Promise<void> {
  const { strip: other } = traitsOf(target);
  if (other === undefined) throw failed("symbols can be taken out for Linux only", new Error(target));
  const tool = isHere(target) ? "strip" : other;
  try {
    await run(tool, [image]);
  } catch (cause) {
    throw failed(`the symbols cannot be taken out with \`${tool}\``, cause);
  }
}

async function putInto(image: string, blob: string, target: Target): Promise<void> {
  const { segment } = traitsOf(target);
  try {
    const tool = createRequire(import.meta.url).resolve("postject/dist/cli.js");
    await run(process.execPath, [
      tool,
      image,
      "NODE_SEA_BLOB",
      blob,
      "--sentinel-fuse",
      FUSE,
      ...(segment === undefined ? [] : ["--macho-segment-name", segment]),
    ]);
  } catch (cause) {
    throw failed("the parts cannot be put into Node", cause);
  }
}

/** Finds a place that cannot be written before the work, not after it. */
async function requirePlace(output: string): Promise<void> {
  try {
    await access(dirname(resolve(output)), constants.W_OK);
  } catch (cause) {
    throw failed(`${output} cannot be written`, cause);
  }
}

/** P1: written beside, then renamed. */
async function writeOut(output: string, content: string | Buffer, mode: number): Promise<void> {
  const temporary = join(dirname(resolve(output)), `.${basename(output)}.${process.pid}`);
  try {
    await writeFile(temporary, content, { mode, flag: "wx", flush: true });
    await rename(temporary, output);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw failed(`${output} cannot be written`, cause);
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function failed(what: string, cause: unknown): Fault {
  const why = cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : String(cause);
  return new Fault("EV4004", `The executable cannot be made: ${what}: ${why}`, {
    remedy: "See the cause; the output must be in a folder that exists and can be written.",
    cause,
  });
}
