/**
 * The user's project: where it is, how its imports resolve, and what TypeScript says about it.
 * Only this folder knows the `typescript` package.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { Fault } from "../../runtime/protocol/fault.js";
import { findInstallation, type Installation } from "./installation.js";
import { nearest, type ProjectOptions, readOptions, syntaxOptions } from "./options.js";
import { createResolver, type Resolve } from "./resolve.js";
import { type CheckedTypes, TypeService } from "./types.js";

export interface Project {
  /** Absolute folder to which module ids and shown paths are relative. */
  readonly root: string;
  /** Absolute path of the entry file. */
  readonly entry: string;
  readonly installation: Installation;
  /** The file of the user's own that an import means; undefined for packages and what cannot be found. */
  readonly resolve: Resolve;
  /** Path relative to the root, with forward slashes. */
  readonly idOf: (file: string) => string;
  /** The options that change what TypeScript syntax means, as text of a tsconfig.json. */
  readonly syntaxOptions: string;
  /** Behind `typeCheck`, for the next opening of the project. */
  readonly types: TypeService;
  /** Type-checks the entry and what it imports. The first time is slow; later only what changed is checked again. */
  readonly typeCheck: () => CheckedTypes;
}

/**
 * Opens the project around an entry file. `tsconfig` names a configuration to use instead of the nearest one. `before`
 * is the same project opened earlier: with the same options its type checks go on where they were.
 * Throws Fault EV1001 (no such entry), EV1002 (no such tsconfig).
 */
export function openProject(entryPath: string, tsconfig?: string, before?: Project): Project {
  const entry = findEntry(entryPath);
  const installation = findInstallation();
  const options = readOptions(entry, tsconfig, installation);
  const root = findRoot(entry, options);
  const idOf = (file: string): string => relative(root, file).split(sep).join("/");
  const types = before?.types.serves(entry, options) === true ? before.types : new TypeService(entry, options, idOf);
  return {
    root,
    entry,
    installation,
    resolve: createResolver(options.compiler),
    idOf,
    syntaxOptions: syntaxOptions(options.compiler),
    types,
    typeCheck: () => types.check(),
  };
}

function findEntry(entryPath: string): string {
  const entry = resolve(entryPath);
  if (!existsSync(entry) || !statSync(entry).isFile()) {
    throw new Fault("EV1001", `The entry file ${entryPath} does not exist`, {
      remedy: "Name the TypeScript file that defines or imports your workflows, relative to the current folder.",
    });
  }
  if (!/\.[cm]?[jt]sx?$/.test(entry) || /\.d\.[cm]?ts$/.test(entry)) {
    throw new Fault("EV1001", `The entry file ${entryPath} is not a TypeScript or JavaScript module`, {
      remedy: "Name a .ts, .tsx, .mts, .js or .mjs file.",
    });
  }
  return realpathSync(entry);
}

function findRoot(entry: string, { configFile }: ProjectOptions): string {
  const folder = dirname(entry);
  const candidates = [configFile, nearest(folder, "package.json")].filter((file) => file !== undefined);
  const containing = candidates.map((file) => dirname(realpathSync(file))).find((root) => contains(root, entry));
  return containing ?? folder;
}

function contains(folder: string, file: string): boolean {
  const path = relative(folder, file);
  return path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
