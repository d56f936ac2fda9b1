/**
 * The split: from one set of modules two programs, the guest's (workflows) and the host's (tasks). Each side keeps what
 * it needs and nothing that only the other needs.
 */
import type { types as t } from "@babel/core";
import type { ModuleGraph, SourceModule } from "./graph.js";
import { findLive } from "./liveness.js";
import { prepareSide, type Side, type SideModule } from "./side.js";
import { sweepModule } from "./sweep.js";

/** One module of one side. Shared, between builds too: copy the tree before changing it. */
export interface SplitModule {
  readonly source: SourceModule;
  readonly tree: t.File;
}

/** Computes a side of the program: all modules of the graph, by absolute path; those not needed are empty. */
export function splitSide(graph: ModuleGraph, side: Side): ReadonlyMap<string, SplitModule> {
  const modules = prepareSide(graph, side);
  const live = findLive(graph, modules);
  const result = new Map<string, SplitModule>();
  for (const [file, module] of modules) {
    result.set(file, keepIdentity(module, sweepModule(graph, module, live)));
  }
  return result;
}

/** What a module came to in the last build. */
const last = new WeakMap<SideModule, SplitModule>();

/** The module of the last build, if the same of it stays: later passes know their results by its identity. */
function keepIdentity(module: SideModule, tree: t.File): SplitModule {
  const known = last.get(module);
  if (known !== undefined && sameContent(known.tree, tree)) return known;
  const split = { source: module.source, tree };
  last.set(module, split);
  return split;
}

/** True for two sweeps of one tree that kept the same. */
function sameContent(a: t.File, b: t.File): boolean {
  const [left, right] = [a.program.body, b.program.body];
  return left.length === right.length && left.every((statement, i) => sameStatement(statement, right[i]));
}

function sameStatement(a: t.Statement, b: t.Statement | undefined): boolean {
  if (a === b) return true;
  if (b === undefined || a.start !== b.start || a.loc !== b.loc || a.type !== b.type) return false;
  const [left, right] = [partsOf(a), partsOf(b)];
  return left.length === right.length && left.every((part, i) => part === right[i]);
}

/** The parts of a statement that a sweep may drop. */
function partsOf(statement: t.Statement): readonly t.Node[] {
  if (statement.type === "ImportDeclaration") return statement.specifiers;
  if (statement.type === "VariableDeclaration") return statement.declarations;
  if (statement.type !== "ExportNamedDeclaration") return [statement];
  return statement.declaration?.type === "VariableDeclaration"
    ? statement.declaration.declarations
    : statement.specifiers;
}
