/**
 * Access paths for people: `frame src/a.ts#checkout@2 → slot 3 → .socket`.
 */

import { isFrame } from "../frame.js";
import { propertyStep } from "./kinds/kind.js";
import { describeFrame } from "./kinds/runtime.js";
import { kindOf, newFamilies } from "./kinds/table.js";
import type { WayStep, Writer } from "./rows/writer.js";
import { BRAND_LABEL, type InstanceScope, WEAK_LABEL } from "./scope.js";

/**
 * The path to a row, from the last frame on the shortest way to it; else from the module variable or module object
 * whose change leads there; else from the execution's state.
 */
export function pathTo(writer: Writer, scope: InstanceScope, row: number): string {
  const way = writer.wayTo(row);
  let text = "";
  for (let i = 0; i < way.length; i++) {
    const { value, node } = way[i] as WayStep;
    if (node === undefined && isFrame(value)) text = `frame ${describeFrame(value)}`;
    const next = way[i + 1];
    if (next !== undefined) text += step(way[i] as WayStep, next.label, scope);
  }
  return text.replace(/^ → /, "") || "state";
}

function step({ value, node }: WayStep, label: PropertyKey, scope: InstanceScope): string {
  if (label === WEAK_LABEL) return " → value in a weak collection";
  if (label === BRAND_LABEL) return " → private field";
  if (node !== undefined) return node.step(label);
  if (typeof label !== "number") return label === "" ? "" : ` → ${propertyStep(label)}`;
  const kind = kindOf(value as object, newFamilies());
  const name = kind.slotName(label, kind.slots(value as object, scope));
  return name.startsWith(" → ") ? name : ` → ${name}`;
}
