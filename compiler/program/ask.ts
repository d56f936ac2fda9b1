/**
 * What the bundler itself takes a specifier for. Each question is a message to another process, so a build asks once for
 * all modules of a folder, and leaves the bundler alone with what packages import of their own.
 */
import { dirname, sep } from "node:path";
import type { OnResolveArgs, PluginBuild, ResolveResult } from "esbuild";

/** Marks our own question to the bundler, so that the plugin does not answer it. */
const ASKING = Symbol("asking");
const IN_PACKAGE = `${sep}node_modules${sep}`;

/** True for what a plugin has nothing to say about: its own question, or an import from one file of a package to another. */
export function isBundlers({ pluginData, path, importer }: OnResolveArgs): boolean {
  return pluginData === ASKING || (/^\.\.?\//.test(path) && importer.includes(IN_PACKAGE));
}

/** The questions of one build. */
export class Asked {
  readonly #answers = new Map<string, Promise<ResolveResult>>();

  /** What the bundler finds; `errors` is not empty if it is nothing. */
  ask(bundler: PluginBuild, args: OnResolveArgs): Promise<ResolveResult> {
    const { path, importer, resolveDir, kind, namespace } = args;
    const key = [dirname(importer), path, kind, namespace].join("\0");
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = bundler.resolve(path, { importer, resolveDir, kind, namespace, pluginData: ASKING });
    this.#answers.set(key, answer);
    return answer;
  }
}
