/** The names that patterns, parameters and declarations bind. */
import { types as t } from "@babel/core";

/** Names that a pattern or a list of parameters binds, in order. */
export function boundNames(...patterns: readonly t.Node[]): string[] {
  return patterns.flatMap((pattern) => Object.keys(t.getBindingIdentifiers(pattern)));
}
