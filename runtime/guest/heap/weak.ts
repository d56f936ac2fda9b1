/**
 * WeakMap and WeakSet as guest classes that a checkpoint can hold.
 *
 * W1  An entry is saved if and only if its collection and its key are alive for another reason (ephemerons).
 * W2  From a key one finds the collections that hold it; collections cannot list their keys, so dead keys are collected.
 */
import { define, NativeMap, NativeSet, NativeWeakMap, NativeWeakSet, symbolKeyFor } from "./natives.js";

type Key = WeakKey;

/** Collections by key. */
const holders = new NativeWeakMap<Key, Set<GuestWeakMap | GuestWeakSet>>();
const usage = { any: false };

/** The weak collections that have an entry for the key; undefined if none. */
export function holdersOf(key: Key): ReadonlySet<GuestWeakMap | GuestWeakSet> | undefined {
  return usage.any ? holders.get(key) : undefined;
}

/** True once a weak collection of this realm has had an entry. */
export function anyWeakEntries(): boolean {
  return usage.any;
}

/** CanBeHeldWeakly. */
export function canBeHeldWeakly(value: unknown): value is Key {
  if (typeof value === "symbol") return symbolKeyFor(value) === undefined;
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function hold(key: Key, collection: GuestWeakMap | GuestWeakSet): void {
  usage.any = true;
  const known = holders.get(key);
  if (known === undefined) holders.set(key, new NativeSet([collection]));
  else known.add(collection);
}

function release(key: Key, collection: GuestWeakMap | GuestWeakSet): void {
  holders.get(key)?.delete(collection);
}

function addAll(source: Iterable<unknown> | null | undefined, add: (item: unknown) => void): void {
  if (source === null || source === undefined) return;
  for (const item of source) add(item);
}

function adderOf(target: object, name: string): (...args: unknown[]) => unknown {
  const adder: unknown = Reflect.get(target, name);
  if (typeof adder !== "function") throw new TypeError(`'${name}' of a weak collection is not a function`);
  return (...args) => Reflect.apply(adder, target, args);
}

/** `globalThis.WeakMap` of the guest. */
export class GuestWeakMap {
  #entries = new NativeWeakMap<Key, unknown>();

  constructor(entries?: Iterable<unknown> | null) {
    if (entries === null || entries === undefined) return;
    const set = adderOf(this, "set");
    addAll(entries, (entry) => {
      if ((typeof entry !== "object" || entry === null) && typeof entry !== "function") {
        throw new TypeError("an entry of a WeakMap is not an object");
      }
      set(Reflect.get(entry, 0), Reflect.get(entry, 1));
    });
  }

  delete(key: unknown): boolean {
    const entries = this.#entries;
    if (!canBeHeldWeakly(key) || !entries.delete(key)) return false;
    release(key, this);
    return true;
  }

  get(key: unknown): unknown {
    const entries = this.#entries;
    return canBeHeldWeakly(key) ? entries.get(key) : undefined;
  }

  has(key: unknown): boolean {
    const entries = this.#entries;
    return canBeHeldWeakly(key) && entries.has(key);
  }

  set(key: unknown, value: unknown): this {
    const entries = this.#entries;
    if (!canBeHeldWeakly(key)) throw new TypeError("invalid value used as WeakMap key");
    entries.set(key, value);
    hold(key, this);
    return this;
  }

  static is(this: void, value: object): value is GuestWeakMap {
    return #entries in value;
  }
}

/** `globalThis.WeakSet` of the guest. */
export class GuestWeakSet {
  #members = new NativeWeakSet<Key>();

  constructor(members?: Iterable<unknown> | null) {
    if (members === null || members === undefined) return;
    addAll(members, adderOf(this, "add"));
  }

  add(member: unknown): this {
    const members = this.#members;
    if (!canBeHeldWeakly(member)) throw new TypeError("invalid value used in WeakSet");
    members.add(member);
    hold(member, this);
    return this;
  }

  delete(member: unknown): boolean {
    const members = this.#members;
    if (!canBeHeldWeakly(member) || !members.delete(member)) return false;
    release(member, this);
    return true;
  }

  has(member: unknown): boolean {
    const members = this.#members;
    return canBeHeldWeakly(member) && members.has(member);
  }

  static is(this: void, value: object): value is GuestWeakSet {
    return #members in value;
  }
}

/** The runtime's own access to the classes, out of reach of user code once `installWeak` has removed it from them. */
export const weakAccess = {
  isMap: GuestWeakMap.is,
  isSet: GuestWeakSet.is,
  mapGet: GuestWeakMap.prototype.get,
  mapSet: GuestWeakMap.prototype.set,
  mapDelete: GuestWeakMap.prototype.delete,
  setAdd: GuestWeakSet.prototype.add,
  setDelete: GuestWeakSet.prototype.delete,
};

const INSTALLED: ReadonlyMap<string, AnyClass> = new NativeMap<string, AnyClass>([
  ["WeakMap", GuestWeakMap],
  ["WeakSet", GuestWeakSet],
]);
type AnyClass = { readonly prototype: object; readonly name: string };

/** Replaces the engine's weak classes in a realm's global object. */
export function installWeak(global: object): void {
  for (const [name, Class] of INSTALLED) {
    Reflect.deleteProperty(Class, "is");
    define(Class, "name", { value: name, configurable: true });
    define(Class, "length", { value: 0, configurable: true });
    define(Class.prototype, Symbol.toStringTag, { value: name, configurable: true });
    define(global, name, { value: Class, writable: true, enumerable: false, configurable: true });
  }
}
