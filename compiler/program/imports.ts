/** Where imports stand in their files: the bundler reports an import by importer and specifier only. */
import type { types as t } from "@babel/core";
import { type Diagnostic, placeOf } from "../diagnostics/diagnostic.js";

interface ImportSite {
  readonly file: string;
  readonly source: string;
  readonly node: t.Node;
}

export class ImportSites {
  private readonly sites = new Map<string, ImportSite>();

  /** Records where `importer` (absolute) names `specifier`; `file` is the path to show. */
  add(importer: string, specifier: string, site: ImportSite): void {
    const key = `${importer}\0${specifier}`;
    if (!this.sites.has(key)) this.sites.set(key, site);
  }

  /** EV3001: the import of `specifier` in `importer` leads nowhere. `side` says for which code. */
  unresolved(importer: string, shown: string, specifier: string, side: "workflow" | "task"): Diagnostic {
    const site = this.sites.get(`${importer}\0${specifier}`);
    return {
      code: "EV3001",
      severity: "error",
      message: `\`${specifier}\`, imported by ${side} code, cannot be found`,
      remedy: isRelative(specifier)
        ? "Correct the path."
        : `Install the package (npm install ${specifier}), correct the name${side === "task" ? ", or build with --external" : ""}.`,
      ...(site === undefined
        ? { file: shown, line: 1, column: 1, length: 1, source: undefined }
        : { file: site.file, source: site.source, ...placeOf(site.node) }),
    };
  }
}

function isRelative(specifier: string): boolean {
  return /^(\.|\/|[A-Za-z]:\\)/.test(specifier);
}
