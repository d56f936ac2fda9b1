/**
 * `eventual/plugin`: compiled programs as modules of a bundle, for esbuild, Rollup, Vite and the other bundlers that
 * unplugin knows. `import { program } from "./orders.ts?program"` gives the program that `eventualc build` would write.
 *
 * G1  The bundle holds the program as data: the bundler sees none of the workflows' own modules.
 * G2  In a watching build each program is compiled again when one of its own modules has changed, and only then.
 *
 * @module eventual/plugin
 */
import { dirname, resolve } from "node:path";
import { createUnplugin, type UnpluginInstance } from "unplugin";
import { type BuildOptions, Session } from "./build.js";
import { printDiagnostics } from "./diagnostics/print.js";

export type PluginOptions = Omit<BuildOptions, "entry">;

const QUERY = "?program";

/**
 * The plugin for all bundlers: `eventual.esbuild(options)`, `eventual.rollup(options)`, `eventual.vite(options)`.
 * A program that does not compile fails the build with its diagnostics.
 *
 * @example
 * import { eventual } from "eventual/plugin";
 * export default { plugins: [eventual.vite({ external: ["pg"] })] };
 */
export const eventual: UnpluginInstance<PluginOptions | undefined, false> = createUnplugin((options = {}) => {
  const sessions = new Map<string, Session>();
  return {
    name: "eventual",
    enforce: "pre",
    resolveId(source, importer) {
      if (!source.endsWith(QUERY)) return undefined;
      const from = importer === undefined ? process.cwd() : dirname(importer.replace(/\?.*$/, ""));
      return resolve(from, source);
    },
    loadInclude: (id) => id.endsWith(QUERY),
    async load(id) {
      const entry = id.slice(0, -QUERY.length);
      const session = sessions.get(entry) ?? new Session({ ...options, entry });
      sessions.set(entry, session);
      const { diagnostics, program } = await session.build();
      for (const file of session.files) this.addWatchFile(file);
      const text = printDiagnostics(diagnostics, { color: false });
      if (program === undefined) throw new Error(text);
      if (text !== "") this.warn(text);
      return { code: `export const program = ${program.text};`, map: null };
    },
  };
});
