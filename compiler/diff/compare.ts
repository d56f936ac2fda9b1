/**
 * Which waiting executions of one version of a program could go on in another, decided place by place from the two
 * manifests (language §8). Nothing is run and nothing is guessed: what is not plainly compatible stays.
 *
 * V1  A frame moves as it is when its function's own code is the same.
 * V2  Otherwise it moves when the new function has the resume point, in the same regions, and needs nothing there that
 *     the old one does not have: live variables, captured variables, temporaries of an unchanged statement.
 */
import type { FunctionEntry, Manifest, ModuleEntry, Position, ResumePoint } from "../../runtime/protocol/program.js";

export type Verdict = "same" | "moves" | "stays";

/** What happens to executions that wait at one resume point of the old program. */
export interface Move {
  readonly verdict: Verdict;
  readonly module: string;
  /** Id of the function. */
  readonly function: string;
  readonly point: string;
  readonly from: Position;
  /** Where they would go on; undefined if they stay. */
  readonly to: Position | undefined;
  /** Why it is so. */
  readonly reason: string;
}

interface Known {
  readonly entry: FunctionEntry;
  readonly module: ModuleEntry;
}

/** Judges every resume point of `before`, in the order of modules and text. */
export function compareManifests(before: Manifest, after: Manifest): readonly Move[] {
  const functions = new Map<string, Known>();
  for (const module of after.modules) for (const entry of module.functions) functions.set(entry.id, { entry, module });
  return before.modules.flatMap((module) =>
    module.functions.flatMap((entry) =>
      [...entry.points].sort(byPosition).map((point) => judge({ entry, module }, point, functions.get(entry.id))),
    ),
  );
}

function byPosition({ position: a }: ResumePoint, { position: b }: ResumePoint): number {
  return a.line - b.line || a.column - b.column;
}

function judge(old: Known, point: ResumePoint, next: Known | undefined): Move {
  const place = { module: old.module.id, function: old.entry.id, point: point.id, from: point.position };
  const stays = (reason: string): Move => ({ verdict: "stays", ...place, to: undefined, reason });
  if (next === undefined) return stays("the new program has no such function");
  const target = next.entry.points.find(({ id }) => id === point.id);
  if (target === undefined) return stays("the new function does not wait at such a place");
  const captured = missing(capturesOf(next), capturesOf(old));
  if (captured.length > 0) return stays(`the new function captures ${listed(captured)}`);
  if (old.entry.hash !== "" && old.entry.hash === next.entry.hash) {
    return { verdict: "same", ...place, to: target.position, reason: "the code is the same" };
  }
  if (target.region !== point.region) return stays(`it is in ${regionText(target)} now, not in ${regionText(point)}`);
  const live = missing(target.locals.filter(isVariable), point.locals);
  if (live.length > 0) return stays(`the new function needs ${listed(live)} there`);
  const temporary = target.locals.some((id) => !isVariable(id));
  if (temporary && target.statement !== point.statement) return stays("the statement around it has changed");
  return { verdict: "moves", ...place, to: target.position, reason: "the code around it has changed" };
}

function isVariable(id: string): boolean {
  return !/^\$t\d+/.test(id);
}

/** Captured variables by the author's names: those in environment records one by one. */
function capturesOf({ entry, module }: Known): readonly string[] {
  return entry.captures.flatMap((name) => {
    const record = module.environments.find(({ id }) => id === name);
    return record === undefined ? [name] : record.fields.map((field) => `${field} (shared)`);
  });
}

function missing(needed: readonly string[], there: readonly string[]): readonly string[] {
  return needed.filter((each) => !there.includes(each));
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function regionText({ region }: ResumePoint): string {
  return region === "" ? "no loop or try" : `\`${region}\``;
}
