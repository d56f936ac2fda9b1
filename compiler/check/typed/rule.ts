/** What a rule is that asks for types: like ../rule.ts, for the user's own modules only. */
import type { NodePath, types as t } from "@babel/core";
import type { CompilerCode } from "../../diagnostics/catalogue.js";
import type { Severity } from "../../diagnostics/diagnostic.js";
import type { TypeFacts } from "../../project/facts.js";

/** Questions about nodes of the module that is checked. */
export interface NodeFacts {
  readonly promise: (expression: t.Node) => ReturnType<TypeFacts["promise"]>;
  readonly hostClass: (variable: t.Node) => ReturnType<TypeFacts["hostClass"]>;
}

/** Adds a finding at a node, with other places that belong to it. */
export type TypedReport = (
  node: t.Node,
  message: string,
  remedy: string,
  related?: readonly { readonly node: t.Node; readonly message: string }[],
) => void;

export interface TypedRule {
  readonly code: CompilerCode;
  readonly severity: Severity;
  readonly check: (program: NodePath<t.Program>, facts: NodeFacts, report: TypedReport) => void;
}
