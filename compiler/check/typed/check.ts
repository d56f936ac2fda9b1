/** The rules that need types, applied to the workflow side of one of the user's modules. */
import type { NodePath, types as t } from "@babel/core";
import { type Diagnostic, placeOf, rangeOf } from "../../diagnostics/diagnostic.js";
import type { TypeFacts } from "../../project/facts.js";
import type { SourceModule } from "../../split/graph.js";
import { floatingPromises } from "./floating.js";
import { heldHostObjects } from "./held.js";
import type { TypedRule } from "./rule.js";

const RULES: readonly TypedRule[] = [floatingPromises, heldHostObjects];

/** Applies them. The nodes of `program` have the positions of the module's text. */
export function checkTypes(
  program: NodePath<t.Program>,
  { id, file, source }: SourceModule,
  facts: TypeFacts,
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const place = <Answer>(ask: (file: string, start: number, end: number) => Answer, node: t.Node) => {
    const range = rangeOf(node);
    return range === undefined ? undefined : ask(file, range.start, range.end);
  };
  const asked = {
    promise: (node: t.Node) => place(facts.promise, node),
    hostClass: (node: t.Node) => place(facts.hostClass, node),
  };
  for (const { code, severity, check } of RULES) {
    check(program, asked, (node, message, remedy, related = []) => {
      diagnostics.push({
        code,
        severity,
        message,
        remedy,
        file: id,
        source,
        ...placeOf(node),
        related: related.map(({ node: other, message: text }) => ({
          file: id,
          source,
          message: text,
          ...placeOf(other),
        })),
      });
    });
  }
  return diagnostics;
}
