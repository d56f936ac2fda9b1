/** What a rule is: one thing that workflow code may not do, with its code, found in one module's syntax tree. */
import type { NodePath, types as t } from "@babel/core";
import type { CompilerCode } from "../diagnostics/catalogue.js";

export interface Rule {
  readonly code: CompilerCode;
  /** Whether it also holds for packages, whose unused corners would otherwise stop the build. */
  readonly packages: boolean;
  /** Reports every breach in a module. The scopes of `program` are up to date. */
  readonly check: (program: NodePath<t.Program>, report: Report) => void;
}

/** Adds a finding at a node: what is wrong, and what to do instead. */
export type Report = (node: t.Node, message: string, remedy: string) => void;

/** What to do about syntax that will be lowered one day. */
export const WRITE_OTHERWISE = "Rewrite it with supported syntax, or move it into a task, where everything is allowed.";
