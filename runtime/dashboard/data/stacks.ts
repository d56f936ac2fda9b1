/** Calls that wait at the same lines, together: what differs between them are their variables. */
import type { StackResource } from "../../client/observation.js";

export interface StackGroup {
  readonly key: string;
  /** At least one. */
  readonly stacks: readonly [StackResource, ...StackResource[]];
}

/** In the order of the first of each. */
export function groupsOf(stacks: readonly StackResource[]): readonly StackGroup[] {
  const groups = new Map<string, [StackResource, ...StackResource[]]>();
  for (const stack of stacks) {
    const places = stack.frames.map(({ file, function: name, line, column }) => `${file} ${name} ${line}:${column}`);
    const key = [stack.waitsFor.kind, ...places].join("\n");
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [stack]);
    else known.push(stack);
  }
  return [...groups].map(([key, found]) => ({ key, stacks: found }));
}

/** How many calls rest at each line of each file. */
export function restingLines(stacks: readonly StackResource[]): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const files = new Map<string, Map<number, number>>();
  for (const { file, line } of stacks.flatMap(({ frames }) => frames)) {
    if (line === undefined) continue;
    const lines = files.get(file) ?? new Map<number, number>();
    lines.set(line, (lines.get(line) ?? 0) + 1);
    files.set(file, lines);
  }
  return files;
}
