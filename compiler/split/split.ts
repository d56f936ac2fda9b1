/**
 * The split: from one set of modules two programs, the guest's (workflows) and the host's (tasks). Each side keeps what
 * it needs and nothing that only the other needs.
 */
import type { types as t } from "@babel/core";
import type { ModuleGraph, SourceModule } from "./graph.js";
import { findLive } from "./liveness.js";
import { prepareSide, type Side } from "./side.js";
import { sweepModule } from "./sweep.js";

/** One module of one side. The tree belongs to the caller, who may change it. */
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
    sweepModule(graph, module, live);
    result.set(file, { source: module.source, tree: module.tree });
  }
  return result;
}
