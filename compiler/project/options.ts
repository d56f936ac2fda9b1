/**
 * The TypeScript options of a project: the user's tsconfig.json, or safe defaults, plus what the compiler must decide
 * itself (nothing is emitted; `eventual` means our own declarations; Node's types are always found).
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import ts from "typescript";
import { Fault } from "../../runtime/protocol/fault.js";
import { API_SPECIFIERS } from "./api.js";
import { apiDeclarations, type Installation } from "./installation.js";

export interface ProjectOptions {
  readonly compiler: ts.CompilerOptions;
  /** Absolute path of the tsconfig.json used. */
  readonly configFile: string | undefined;
  /** Declaration files that the tsconfig includes (globals, module declarations), absolute. */
  readonly declarations: readonly string[];
  /** Folders of Eventual's own files: findings in them are not the user's. */
  readonly ownFolders: readonly string[];
  /** What TypeScript finds wrong in the tsconfig. */
  readonly diagnostics: readonly ts.Diagnostic[];
}

const DEFAULTS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  esModuleInterop: true,
  resolveJsonModule: true,
  skipLibCheck: true,
};

/**
 * Reads the options for an entry file. `tsconfig` names a file to use instead of the nearest tsconfig.json.
 * Throws Fault EV1002 when that file does not exist.
 */
export function readOptions(entry: string, tsconfig: string | undefined, installation: Installation): ProjectOptions {
  const configFile = tsconfig === undefined ? nearest(dirname(entry), "tsconfig.json") : named(tsconfig);
  const parsed = configFile === undefined ? undefined : parseConfig(configFile);
  const base = parsed?.options ?? DEFAULTS;
  return {
    compiler: decide(base, dirname(configFile ?? entry), installation),
    configFile,
    declarations: (parsed?.fileNames ?? []).filter((file) => /\.d\.[cm]?ts$/.test(file)),
    ownFolders: ["dist", "runtime"].map((folder) => `${join(installation.folder, folder)}${sep}`),
    diagnostics: (parsed?.errors ?? []).filter(({ code }) => code !== NO_INPUTS && code !== EMPTY_FILES),
  };
}

/** The nearest file of that name in `folder` or above it. */
export function nearest(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, name);
    if (existsSync(file)) return file;
    if (dirname(at) === at) return undefined;
  }
}

/** "No inputs were found in config file", "The 'files' list is empty": the entry is our input. */
const NO_INPUTS = 18003;
const EMPTY_FILES = 18002;

function named(tsconfig: string): string {
  const file = resolve(tsconfig);
  if (existsSync(file)) return file;
  throw new Fault("EV1002", `The TypeScript configuration ${tsconfig} does not exist`, {
    remedy: "Name an existing file with --tsconfig, or leave the option out to use the nearest tsconfig.json.",
  });
}

function parseConfig(file: string): ts.ParsedCommandLine {
  const unreadable: ts.Diagnostic[] = [];
  const host: ts.ParseConfigFileHost = {
    useCaseSensitiveFileNames: ts.sys.useCaseSensitiveFileNames,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    getCurrentDirectory: ts.sys.getCurrentDirectory,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => unreadable.push(diagnostic),
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(file, {}, host);
  if (parsed !== undefined) return { ...parsed, errors: [...parsed.errors, ...unreadable] };
  return { options: DEFAULTS, fileNames: [], errors: unreadable };
}

function decide(base: ts.CompilerOptions, folder: string, installation: Installation): ts.CompilerOptions {
  const rest = withoutEmit(base);
  const declarations = apiDeclarations(installation);
  const typeRoots = rest.typeRoots ?? typeRootsFrom(folder, installation);
  const types = rest.types ?? (typeRoots.some((root) => existsSync(join(root, "node"))) ? ["node"] : []);
  return {
    ...rest,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: rest.skipLibCheck ?? true,
    // A tsconfig written for TypeScript 5 stays usable.
    ignoreDeprecations: "6.0",
    typeRoots,
    types,
    paths: { ...rest.paths, ...Object.fromEntries(API_SPECIFIERS.map((name) => [name, [declarations]])) },
  };
}

/** The options that change what a file's syntax means at run time, as text of a tsconfig.json. */
export function syntaxOptions({
  experimentalDecorators,
  jsxFactory,
  jsxFragmentFactory,
  jsxImportSource,
  jsx,
}: ts.CompilerOptions): string {
  const automatic = jsx === ts.JsxEmit.ReactJSX || jsx === ts.JsxEmit.ReactJSXDev;
  return JSON.stringify({
    compilerOptions: {
      experimentalDecorators,
      jsx: automatic ? "react-jsx" : undefined,
      jsxFactory,
      jsxFragmentFactory,
      jsxImportSource,
    },
  });
}

/** Without what only makes sense, or is only allowed, when TypeScript writes files. */
function withoutEmit(options: ts.CompilerOptions): ts.CompilerOptions {
  const {
    incremental: _incremental,
    composite: _composite,
    tsBuildInfoFile: _tsBuildInfoFile,
    rootDir: _rootDir,
    outDir: _outDir,
    declaration: _declaration,
    declarationMap: _declarationMap,
    declarationDir: _declarationDir,
    emitDeclarationOnly: _emitDeclarationOnly,
    isolatedDeclarations: _isolatedDeclarations,
    ...rest
  } = options;
  return rest;
}

/** Where `types` are looked up: the project's own node_modules/@types first, ours last. */
function typeRootsFrom(folder: string, installation: Installation): string[] {
  const roots: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    roots.push(join(at, "node_modules/@types"));
    if (dirname(at) === at) break;
  }
  const own = nearest(installation.folder, "node_modules/@types/node/package.json");
  if (own !== undefined) roots.push(dirname(dirname(own)));
  return roots.filter((root) => existsSync(root));
}
