/** The program as one document: manifest, hash, text. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../runtime/protocol/canonical.js";
import { type Manifest, type ModuleEntry, type Program, RUNTIME_ABI } from "../../runtime/protocol/program.js";
import type { NamedDefinition } from "../check/definitions.js";
import { placeOf } from "../diagnostics/diagnostic.js";
import type { Bundle } from "./bundle.js";
import type { GuestProgram } from "./guest.js";

export interface Artifact {
  /** The content of the `.evp` file. */
  readonly text: string;
  /** SHA-256 of the content without the hash itself, 64 hex digits. */
  readonly hash: string;
  readonly manifest: Manifest;
  readonly bytes: ProgramBytes;
}

/** What became of the code, in bytes of UTF-8. */
export interface ProgramBytes {
  /** The modules that workflow code consists of, packages included, as they were written. */
  readonly workflowSource: number;
  /** The same, lowered and linked. */
  readonly workflow: number;
  /** The linked code of tasks. */
  readonly tasks: number;
}

/** Describes a program: what it defines and which functions it has. `entry` is a module id. */
export function makeManifest(
  entry: string,
  version: string,
  definitions: readonly NamedDefinition[],
  modules: readonly ModuleEntry[],
): Manifest {
  return {
    abi: RUNTIME_ABI,
    compiler: `eventualc ${version}`,
    entry,
    workflows: list(definitions, "workflow"),
    tasks: list(definitions, "task"),
    signals: list(definitions, "signal"),
    queries: list(definitions, "query"),
    events: list(definitions, "event"),
    subscriptions: list(definitions, "subscription"),
    schedules: list(definitions, "schedule"),
    modules: [...modules],
  };
}

/** Puts a program together. Equal parts give equal text. */
export function makeArtifact(
  manifest: Manifest,
  guest: GuestProgram,
  host: Bundle,
  externals: readonly string[],
): Artifact {
  const content = {
    format: "eventual-program",
    manifest,
    guest: { code: guest.code, map: guest.map },
    host: { code: host.code, map: host.map },
    externals: [...externals],
  } as const satisfies Omit<Program, "hash">;
  const hash = createHash("sha256").update(canonicalJson(content)).digest("hex");
  const bytes = {
    workflowSource: guest.sourceBytes,
    workflow: Buffer.byteLength(guest.code),
    tasks: Buffer.byteLength(host.code),
  };
  return { text: `${JSON.stringify({ ...content, hash })}\n`, hash, manifest, bytes };
}

function list(definitions: readonly NamedDefinition[], kind: NamedDefinition["kind"]): Manifest["workflows"] {
  return definitions
    .filter((definition) => definition.kind === kind)
    .map(({ name, module, node }) => ({ name, module, position: positionOf(node) }));
}

function positionOf(node: NamedDefinition["node"]): { line: number; column: number } {
  const { line, column } = placeOf(node);
  return { line, column };
}
