/** Syntax tree to text, with a source map back to the user's file. */
import { types as t, transformFromAstSync } from "@babel/core";

/**
 * Prints a tree that `parseModule` made. The text ends with its source map as a comment, which the bundler reads;
 * `sourceName` is the file's base name (the bundler completes it) and `source` its text.
 */
export function generateWithMap(tree: t.File, source: string, sourceName: string): string {
  return generate(tree, source, { sourceMaps: "inline", sourceFileName: sourceName });
}

/** Prints a tree as plain text. */
export function generateText(tree: t.File): string {
  return generate(tree, "", {});
}

/** An independent copy: nothing that was computed about the old nodes (scopes, paths) is known of the new ones. */
export function copyTree(tree: t.File): t.File {
  return t.cloneNode(tree, true);
}

function generate(tree: t.File, source: string, options: { sourceMaps?: "inline"; sourceFileName?: string }): string {
  const result = transformFromAstSync(tree, source, {
    ...options,
    configFile: false,
    babelrc: false,
    browserslistConfigFile: false,
    compact: false,
    cloneInputAst: false,
  });
  return result?.code ?? "";
}
