/**
 * What the runtime knows about an object besides the object, where user code cannot see it: a private field put on the
 * object itself.
 *
 * Not a WeakMap, because the engine's weak maps hold their values as long as the map lives: a value that leads back to
 * its key (a closure's captures to the closure, a program's functions to their instance) would never be freed.
 */

export interface SideRecords<Value> {
  /** For an object that has none yet. Works on any object, also frozen ones. Throws TypeError if it has one. */
  add(object: object, value: Value): void;
  /** A second value replaces the first. */
  set(object: object, value: Value): void;
  get(object: object): Value | undefined;
}

/** Gives back its argument: as a base class, it puts the fields of the derived class on that object. */
function identity(object: object): object {
  return object;
}
const Identity = identity as unknown as new (object: object) => object;

/** A new kind of side record. */
export function sideRecords<Value>(): SideRecords<Value> {
  class Holder extends Identity {
    #value: Value;

    constructor(object: object, value: Value) {
      super(object);
      this.#value = value;
    }

    static add(object: object, value: Value): void {
      new Holder(object, value);
    }

    static set(object: object, value: Value): void {
      if (#value in object) object.#value = value;
      else Holder.add(object, value);
    }

    static get(object: object): Value | undefined {
      return #value in object ? object.#value : undefined;
    }
  }
  return { add: Holder.add, set: Holder.set, get: Holder.get };
}
