/**
 * Resolution of the user's own imports, the way TypeScript resolves them: with `paths`, `.js` for `.ts`, extensions
 * left out. Packages are resolved by the bundler, which knows their export conditions.
 */
import { existsSync } from "node:fs";
import ts from "typescript";
import { API_SPECIFIERS } from "./api.js";

/** Absolute path of the user's file that `specifier` means in `importer`; undefined when it is none. */
export type Resolve = (specifier: string, importer: string) => string | undefined;

/** A resolver with a cache, for one build. */
export function createResolver(compilerOptions: ts.CompilerOptions): Resolve {
  const options: ts.CompilerOptions = { ...compilerOptions, allowJs: true, resolveJsonModule: true };
  const cache = ts.createModuleResolutionCache(ts.sys.getCurrentDirectory(), (name) => name, options);
  return (specifier, importer) => {
    if (API_SPECIFIERS.includes(specifier)) return undefined;
    const { resolvedModule } = ts.resolveModuleName(specifier, importer, options, ts.sys, cache);
    if (resolvedModule === undefined) return undefined;
    const file = resolvedModule.resolvedFileName;
    if (/[\\/]node_modules[\\/]/.test(file)) return undefined;
    return isDeclaration(file) ? implementationOf(file) : file;
  };
}

function isDeclaration(file: string): boolean {
  return /\.d\.[cm]?ts$/.test(file);
}

/** `a.js` for `a.d.ts`: types written by hand beside a JavaScript file. */
function implementationOf(declaration: string): string | undefined {
  const script = declaration.replace(/\.d\.([cm]?)ts$/, ".$1js");
  return existsSync(script) ? script : undefined;
}
