/**
 * Weak collections, whose slots are only the entries whose keys live as long as the instance: the others are found from
 * their keys (scope.ts). And WeakRef, which holds strongly.
 */
import { StrongRef, strongRefs } from "../../globals/weak.js";
import { damaged } from "../faults.js";
import { apply } from "../natives.js";
import { canBeHeldWeakly, GuestWeakMap, GuestWeakSet, weakAccess } from "../weak.js";
import type { Kind } from "./kind.js";

/** Sets one entry; the value counts only for maps. Throws damaged if `weak` is no weak collection. */
export function setWeakEntry(weak: unknown, key: unknown, value: unknown): void {
  if (typeof weak !== "object" || weak === null) throw damaged("an entry of no weak collection");
  if (weakAccess.isMap(weak)) apply(weakAccess.mapSet, weak, [key, value]);
  else if (weakAccess.isSet(weak)) apply(weakAccess.setAdd, weak, [key]);
  else throw damaged("an entry of no weak collection");
}

/** The value of an entry; undefined for sets. */
export function weakEntry(weak: GuestWeakMap | GuestWeakSet, key: WeakKey): unknown {
  return weakAccess.isMap(weak) ? apply(weakAccess.mapGet, weak, [key]) : undefined;
}

function fillWeak(weak: object, slots: readonly unknown[], permanent: readonly unknown[]): void {
  const remove = weakAccess.isMap(weak) ? weakAccess.mapDelete : weakAccess.setDelete;
  for (let i = 0; i < permanent.length; i += 2) apply(remove, weak, [permanent[i]]);
  for (let i = 0; i + 1 < slots.length; i += 2) setWeakEntry(weak, slots[i], slots[i + 1]);
}

export const weakMap: Kind = {
  tag: 48,
  name: "a WeakMap",
  prototypes: [GuestWeakMap.prototype],
  is: weakAccess.isMap,
  slots: (value, scope) => scope.permanentEntries(value),
  slotName: (index) => ` → ${index % 2 === 0 ? "key" : "value"} ${index >> 1}`,
  making: "empty",
  make: () => new GuestWeakMap(),
  fill: (value, slots, scope) => fillWeak(value, slots, scope.permanentEntries(value)),
  own: "all",
};

export const weakSet: Kind = {
  ...weakMap,
  tag: 49,
  name: "a WeakSet",
  prototypes: [GuestWeakSet.prototype],
  is: weakAccess.isSet,
  make: () => new GuestWeakSet(),
};

export const weakRef: Kind = {
  tag: 50,
  name: "a WeakRef",
  prototypes: [StrongRef.prototype],
  is: strongRefs.is,
  slots: (value) => [strongRefs.targetOf(value as StrongRef)],
  slotName: () => ".deref()",
  making: "empty",
  make: () => new StrongRef({}),
  fill: (value, [target]) => {
    if (!canBeHeldWeakly(target)) throw damaged("the target of a WeakRef");
    strongRefs.retarget(value as StrongRef, target);
  },
  own: "all",
};
