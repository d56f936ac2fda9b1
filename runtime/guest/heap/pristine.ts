/**
 * Whether an execution has left its modules as evaluating them made them: then another one can have them, which saves
 * evaluating them again.
 *
 * V1  Whatever a checkpoint would tell of the modules counts as a difference, so an instance that is handed on is as
 *     good as a restored one. What a template does not tell exactly (entries of weak collections, texts of stacks) is
 *     taken for a difference.
 */
import type { Instance } from "../instance.js";
import { baselineOf, MODULE_SCOPE } from "./baseline.js";
import { BrandFinder } from "./brands.js";
import { changedBrands, changedObjects, changedVariables } from "./changes.js";
import { Refusal } from "./faults.js";
import { anyWeakEntries } from "./weak.js";

/** True if nobody can tell the instance's modules from newly evaluated ones. */
export function isPristine(instance: Instance): boolean {
  const baseline = baselineOf(instance);
  if (baseline.template.opaque !== undefined || !baseline.template.isExact || anyWeakEntries()) return false;
  try {
    return (
      changedVariables(instance, baseline).length === 0 &&
      changedObjects(baseline, MODULE_SCOPE).length === 0 &&
      changedBrands(baseline, new BrandFinder()).length === 0
    );
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
