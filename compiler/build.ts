/**
 * `build`: from an entry file to a program. One call per phase; findings of all phases are collected.
 *
 * @module eventual/compiler
 */
import type { Manifest } from "../runtime/protocol/program.js";
import { checkProgram } from "./check/program.js";
import { type Diagnostic, hasErrors, sortDiagnostics } from "./diagnostics/diagnostic.js";
import { makeArtifact, makeManifest, type ProgramBytes } from "./program/artifact.js";
import { linkGuest } from "./program/guest.js";
import { linkHost } from "./program/host.js";
import { openProject, type Project } from "./project/project.js";
import { isCurrent, loadModules, type ModuleGraph } from "./split/graph.js";
import { splitSide } from "./split/split.js";

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
  /** How much code went in and came out. */
  readonly bytes: ProgramBytes;
  /** Ids of the modules of workflow code that this build had to compile; the others are from the session's earlier ones. */
  readonly compiled: readonly string[];
}

/**
 * Compiles a program; writes nothing. What is wrong with it comes back as diagnostics.
 * Throws Fault EV1001 (no such entry), EV1002 (no such tsconfig), EV9101 (incomplete installation).
 *
 * @example
 * ```ts
 * const { program, diagnostics } = await build({ entry: "src/orders.ts" });
 * for (const { code, message } of diagnostics) console.error(code, message);
 * if (program !== undefined) await writeFile("orders.evp", program.text);
 * ```
 */
export function build(options: BuildOptions): Promise<BuildResult> {
  return new Session(options).build();
}

/** Builds of one program, each of which does again only what changes of the files have made necessary. */
export class Session {
  readonly #options: BuildOptions;
  #project: Project | undefined;
  #graph: ModuleGraph = new Map();

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  /** Absolute paths of the user's own modules in the last build, the entry first. */
  get files(): readonly string[] {
    return [...this.#graph.keys()];
  }

  /** Absolute folder to which shown paths are relative; the working directory before the first build. */
  get root(): string {
    return this.#project?.root ?? process.cwd();
  }

  /** The path of a file as diagnostics show it. */
  shown(file: string): string {
    return this.#project?.idOf(file) ?? file;
  }

  /** Files of the last build that are no longer as they were compiled. */
  changedFiles(): readonly string[] {
    return [...this.#graph.values()].filter((module) => !isCurrent(module)).map(({ file }) => file);
  }

  /** Compiles the program as its files are now. See `build`. */
  async build(): Promise<BuildResult> {
    const { entry, tsconfig, external = [] } = this.#options;
    const project = openProject(entry, tsconfig, this.#project);
    this.#project = project;
    const { graph, diagnostics: unread } = loadModules(project, this.#graph);
    this.#graph = graph;
    const { diagnostics: types, facts } = project.typeCheck();
    if (hasErrors(unread)) return failed(types.some(({ code }) => code === "EV1003") ? types : [...types, ...unread]);

    const guest = splitSide(graph, "guest");
    const { definitions, diagnostics: breaches } = checkProgram(graph, guest, facts);
    const found = [...types, ...breaches];
    if (hasErrors(found)) return failed(found);

    const unlinkedGuest: Diagnostic[] = [];
    const unlinkedHost: Diagnostic[] = [];
    const [guestCode, hostCode] = await Promise.all([
      linkGuest(project, guest, unlinkedGuest),
      linkHost(project, splitSide(graph, "host"), external, unlinkedHost),
    ]);
    if (guestCode === undefined || hostCode === undefined) return failed([...found, ...unlinkedGuest, ...unlinkedHost]);

    const id = project.idOf(project.entry);
    const manifest = makeManifest(id, project.installation.version, definitions, guestCode.modules);
    const program = makeArtifact(manifest, guestCode, hostCode, hostCode.externals);
    return { diagnostics: sortDiagnostics(found), program: { ...program, compiled: guestCode.compiled } };
  }
}

function failed(diagnostics: readonly Diagnostic[]): BuildResult {
  return { diagnostics: sortDiagnostics(diagnostics) };
}
