/** All rules of a program: those of each guest module and those that concern the modules together. */
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { TypeFacts } from "../project/facts.js";
import type { ModuleGraph, SourceModule } from "../split/graph.js";
import type { SplitModule } from "../split/split.js";
import { copyTree } from "../syntax/generate.js";
import { programPath } from "../syntax/program-path.js";
import { checkModule } from "./check.js";
import { checkDefinitions, type NamedDefinition } from "./definitions.js";
import { checkPlaces } from "./places.js";
import { checkTypes } from "./typed/check.js";

export interface CheckedProgram {
  /** In the order of modules and text. */
  readonly definitions: readonly NamedDefinition[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Applies the rules. `graph` holds the modules as written, the entry first; `guest` their workflow side; `facts` answers
 * about their types.
 */
export function checkProgram(
  graph: ModuleGraph,
  guest: ReadonlyMap<string, SplitModule>,
  facts: TypeFacts,
): CheckedProgram {
  const { definitions, diagnostics } = checkDefinitions(graph);
  const inModules = [...guest.values()].flatMap((module) => checkGuestModule(module, facts));
  const [entry] = graph.values();
  const hasWorkflow = definitions.some(({ kind }) => kind === "workflow") || diagnostics.length > 0;
  const missing = entry === undefined || hasWorkflow ? [] : [noWorkflow(entry)];
  return { definitions, diagnostics: [...diagnostics, ...checkPlaces(graph), ...inModules, ...missing] };
}

interface Findings {
  readonly generation: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** What was found in modules that did not change. */
const findings = new WeakMap<SplitModule, Findings>();

function checkGuestModule(module: SplitModule, facts: TypeFacts): readonly Diagnostic[] {
  const { id, source, file } = module.source;
  const generation = facts.generation(file);
  const known = findings.get(module);
  if (known?.generation === generation) return known.diagnostics;
  const program = programPath(copyTree(module.tree));
  const diagnostics = [
    ...checkModule({ program, file: id, source, packageName: undefined }),
    ...checkTypes(program, module.source, facts),
  ];
  findings.set(module, { generation, diagnostics });
  return diagnostics;
}

function noWorkflow({ id, source }: SourceModule): Diagnostic {
  return {
    code: "EV3003",
    severity: "error",
    message: "The program defines no workflow",
    remedy: 'Call `workflow("name", async (input) => { … })` of "eventual" in the entry file or a file it imports.',
    file: id,
    line: 1,
    column: 1,
    length: 1,
    source,
  };
}
