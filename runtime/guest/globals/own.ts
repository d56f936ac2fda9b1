/**
 * The global object that an execution's code sees: one of its own, which inherits from the realm's. Packages leave things
 * there (registries, polyfills); the realm's is frozen, because executions share it.
 *
 * G1  Made while modules are evaluated, and a constant of each module that mentions it: so it belongs to the baseline.
 */
import type { Instance } from "../instance.js";

const { create, isFrozen } = Object;
const realm = globalThis;

/** The instance's global object. In a realm that is not hardened it is the realm's own. */
export function ownGlobal(instance: Instance): object {
  if (!isFrozen(realm)) return realm;
  instance.global ??= create(realm) as object;
  return instance.global;
}
