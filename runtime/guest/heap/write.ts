/**
 * Writing a checkpoint: the state of an instance and the changes to its modules, as text.
 *
 * H1  restore(write(state)) is indistinguishable from state; and writing what was restored gives the same text.
 * H2  Linear in the number of reachable objects; no recursion; no user code runs.
 */
import type { Unserializable } from "../../protocol/guest.js";
import type { Instance } from "../instance.js";
import { baselineOf } from "./baseline.js";
import { changedObjects, changedVariables } from "./changes.js";
import { Refusal } from "./faults.js";
import { pathTo } from "./path.js";
import { FORMAT_VERSION } from "./rows/format.js";
import { Root } from "./rows/root.js";
import { Writer } from "./rows/writer.js";
import { InstanceScope } from "./scope.js";

export type Written = { readonly text: string } | { readonly unserializable: Unserializable };

/** The checkpoint of an instance between two turns, or what in it cannot be saved and how one gets there. */
export function writeHeap(instance: Instance): Written {
  const baseline = baselineOf(instance);
  if (baseline.template.opaque !== undefined) return { unserializable: baseline.template.opaque };
  const scope = new InstanceScope(instance, baseline);
  const writer = new Writer(scope);
  scope.attach(writer);
  try {
    const root = new Root(instance.state, changedVariables(instance, baseline), changedObjects(baseline, scope));
    writer.nodeReference(root, 0);
    scope.writeChangedBrands(writer);
    writer.run();
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const { what, path = pathTo(writer, scope, writer.current) } = refusal;
    return { unserializable: { path, what } };
  }
  writer.settle();
  // Two objects that know each other would be left to the engine's collector of cycles, which walks the whole realm.
  scope.attach(undefined);
  return { text: textOf(writer, baseline.template.hash, scope) };
}

function textOf(writer: Writer, shape: string, { weakEntries, brands }: InstanceScope): string {
  const literals = JSON.stringify(writer.literals);
  return `[${FORMAT_VERSION},"${shape}",${literals},[${writer.tape.join()}],[${weakEntries.join()}],[${brands.join()}]]`;
}
