/** What both bundles share: the bundler's settings, and its failures as diagnostics. */
import { basename, join } from "node:path";
import { type BuildOptions, build, type Message, type Plugin } from "esbuild";
import * as z from "zod";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { packageModuleId, packageOf } from "./names.js";

export interface Bundle {
  readonly code: string;
  /** Source map, JSON, with sources relative to the project's root. */
  readonly map: string;
}

/** Where no user file can be: outside the `file` namespace, so that its name never holds a path of this machine. */
const OUTPUT = "program.js";

/** Options that make the output depend on the sources alone. */
export function bundleOptions(root: string, entry: string): BuildOptions {
  return {
    stdin: {
      contents: `import ${JSON.stringify(`./${entry}`)};`,
      resolveDir: root,
      sourcefile: "<program>",
      loader: "js",
    },
    absWorkingDir: root,
    outfile: join(root, OUTPUT),
    bundle: true,
    write: false,
    format: "esm",
    charset: "utf8",
    sourcemap: "external",
    sourcesContent: true,
    legalComments: "none",
    logLevel: "silent",
    // The user's tsconfig.json has been honoured before; only what we pass may change the output.
    tsconfigRaw: "{}",
  };
}

/** Runs the bundler. Its errors come back as EV3002, unless `diagnostics` already holds what a plugin found. */
export async function runBundler(
  root: string,
  options: BuildOptions,
  diagnostics: Diagnostic[],
): Promise<Bundle | undefined> {
  try {
    const { outputFiles, metafile } = await build({ ...options, metafile: true });
    if (diagnostics.length > 0) return undefined;
    const code = outputFiles?.find(({ path }) => basename(path) === OUTPUT);
    const map = outputFiles?.find(({ path }) => basename(path) === `${OUTPUT}.map`);
    if (code === undefined || map === undefined) throw new TypeError("the bundler gave no output");
    return relocate(root, { code: code.text, map: map.text }, Object.keys(metafile?.inputs ?? {}));
  } catch (error) {
    const messages = bundlerMessages(error);
    if (messages === undefined) throw error;
    if (diagnostics.length === 0) diagnostics.push(...messages.map(toDiagnostic));
    return undefined;
  }
}

const mapSchema = z.looseObject({ sources: z.array(z.string()) });

/** Where the bundler writes a path that leads out of the root: a line's comment, or the name of a CommonJS module. */
const OUTSIDE = /^(\s*\/\/ )(\.\.\/.+)($)|(")(\.\.\/[^"\n]+)("\()/gm;

/**
 * Names packages' files outside of the root (hoisted, linked) by their ids: a path that leads out of the root depends
 * on where the root lies. The bundler writes such paths in comments and as names of CommonJS modules.
 */
function relocate(root: string, { code, map }: Bundle, inputs: readonly string[]): Bundle {
  const ids = new Map(inputs.map((input) => [input, outsideId(root, input)]));
  // In one pass: there may be hundreds of inputs, and a watching compiler comes here at each change.
  const relocated = code.replace(
    OUTSIDE,
    (text, comment: string | undefined, line: string, _, quote: string, name: string) => {
      const id = ids.get(comment === undefined ? name : line);
      if (id === undefined) return text;
      return comment === undefined ? `${quote}${id}${quote}(` : `${comment}${id}`;
    },
  );
  const parsed = mapSchema.parse(JSON.parse(map));
  const sources = parsed.sources.map((source) => outsideId(root, source) ?? source);
  return { code: relocated, map: JSON.stringify({ ...parsed, sources }) };
}

function outsideId(root: string, path: string): string | undefined {
  if (!path.startsWith("../")) return undefined;
  const file = join(root, path);
  const owner = packageOf(file);
  return owner === undefined ? undefined : packageModuleId(file, owner, root);
}

function bundlerMessages(error: unknown): readonly Message[] | undefined {
  if (!(error instanceof Error) || !("errors" in error) || !Array.isArray(error.errors)) return undefined;
  // A plugin's own exception is a defect of ours, not something about the user's program.
  const thrown = error.errors.find((message: Message) => message.detail instanceof Error);
  if (thrown !== undefined) throw thrown.detail;
  return error.errors;
}

function toDiagnostic({ text, location }: Message): Diagnostic {
  return {
    code: "EV3002",
    severity: "error",
    message: text,
    remedy: "Correct the import or export that the message names.",
    file: location?.file,
    line: location?.line ?? 0,
    column: location === null ? 0 : location.column + 1,
    length: location === null ? 0 : Math.max(1, location.length),
    source: undefined,
  };
}

/** Makes the authoring API resolve to `contents`. */
export function apiPlugin(specifiers: readonly string[], contents: string): Plugin {
  const filter = new RegExp(`^(${specifiers.map((name) => name.replace("/", "\\/")).join("|")})$`);
  return {
    name: "eventual-api",
    setup(bundler) {
      bundler.onResolve({ filter }, () => ({ path: "eventual", namespace: "api" }));
      bundler.onLoad({ filter: /.*/, namespace: "api" }, () => ({ contents, loader: "js" }));
    },
  };
}
