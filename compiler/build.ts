/**
 * `build`: from an entry file to a program. One call per phase; findings of all phases are collected.
 */
import type { Manifest } from "../runtime/protocol/program.js";
import { checkModule } from "./check/check.js";
import { checkDefinitions, type NamedDefinition } from "./check/definitions.js";
import { type Diagnostic, hasErrors, sortDiagnostics } from "./diagnostics/diagnostic.js";
import { makeArtifact, makeManifest } from "./program/artifact.js";
import { linkGuest } from "./program/guest.js";
import { linkHost } from "./program/host.js";
import { openProject, type Project } from "./project/project.js";
import { programPath } from "./split/definitions.js";
import { loadModules, type ModuleGraph } from "./split/graph.js";
import { type SplitModule, splitSide } from "./split/split.js";
import { copyTree } from "./syntax/generate.js";

export interface BuildOptions {
  /** The TypeScript file that defines or imports the workflows. */
  readonly entry: string;
  /** Names of npm packages that task code imports at run time instead of containing them. */
  readonly external?: readonly string[];
  /** Instead of the nearest tsconfig.json. */
  readonly tsconfig?: string;
}

export interface BuildResult {
  /** Sorted by file and line. */
  readonly diagnostics: readonly Diagnostic[];
  /** Missing when the diagnostics hold errors. */
  readonly program?: BuiltProgram;
}

export interface BuiltProgram {
  /** The content of the `.evp` file. Equal sources give equal text. */
  readonly text: string;
  readonly hash: string;
  readonly manifest: Manifest;
}

/**
 * Compiles a program; writes nothing. What is wrong with it comes back as diagnostics.
 * Throws Fault EV1001 (no such entry), EV1002 (no such tsconfig), EV9101 (incomplete installation).
 */
export async function build({ entry, external = [], tsconfig }: BuildOptions): Promise<BuildResult> {
  const project = openProject(entry, tsconfig);
  const { graph, diagnostics: unread } = loadModules(project);
  const types = project.typeCheck();
  if (hasErrors(unread)) return failed([...types, ...unread]);

  const guest = splitSide(graph, "guest");
  const { definitions, diagnostics: misdefined } = checkDefinitions(graph);
  const found = [...types, ...misdefined, ...checkGuest(guest), ...requireWorkflow(definitions, graph, project)];
  if (hasErrors(found)) return failed(found);

  const unlinked: Diagnostic[] = [];
  const guestCode = await linkGuest(project, guest, unlinked);
  const hostCode = await linkHost(project, splitSide(graph, "host"), external, unlinked);
  if (guestCode === undefined || hostCode === undefined) return failed([...found, ...unlinked]);

  const id = project.idOf(project.entry);
  const manifest = makeManifest(id, project.installation.version, definitions, guestCode.modules);
  const program = makeArtifact(manifest, guestCode, hostCode, hostCode.externals);
  return { diagnostics: sortDiagnostics(found), program };
}

function failed(diagnostics: readonly Diagnostic[]): BuildResult {
  return { diagnostics: sortDiagnostics(diagnostics) };
}

function checkGuest(modules: ReadonlyMap<string, SplitModule>): readonly Diagnostic[] {
  return [...modules.values()].flatMap(({ source: { id, source }, tree }) =>
    checkModule({ program: programPath(copyTree(tree)), file: id, source, packageName: undefined }),
  );
}

function requireWorkflow(
  definitions: readonly NamedDefinition[],
  graph: ModuleGraph,
  project: Project,
): readonly Diagnostic[] {
  if (definitions.some(({ kind }) => kind === "workflow")) return [];
  return [
    {
      code: "EV3103",
      severity: "error",
      message: "The program defines no workflow",
      remedy: 'Call `workflow("name", async (input) => { … })` of "eventual" in the entry file or a file it imports.',
      file: project.idOf(project.entry),
      line: 1,
      column: 1,
      length: 1,
      source: graph.get(project.entry)?.source,
    },
  ];
}
