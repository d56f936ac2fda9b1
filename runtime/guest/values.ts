/** The structured copy inside the guest: with the classes that the running program defines. */
import type { AnyFunction } from "../protocol/helpers.js";
import * as value from "../protocol/value.js";
import { ClassRegistry } from "../protocol/value-classes.js";
import { currentTurn } from "./current.js";
import type { Instance } from "./instance.js";

export type { Encoded, Outcome } from "../protocol/value.js";

const tables = new WeakMap<Instance, ClassRegistry>();
const { getOwnPropertyDescriptor, keys } = Object;

/** The classes at the top of the program's modules, looked up when the first value needs them. */
function classesOf(instance: Instance): ClassRegistry {
  let table = tables.get(instance);
  if (table === undefined) {
    table = new ClassRegistry();
    for (const { id, bindings } of instance.modules) {
      for (const name of keys(bindings)) {
        const bound = bindings[name];
        if (isClass(bound)) table.add(`${id}#${name}`, bound as unknown as { prototype: object });
      }
    }
    tables.set(instance, table);
  }
  return table;
}

/** Only a class has a prototype that cannot be replaced. */
function isClass(bound: unknown): bound is AnyFunction {
  return typeof bound === "function" && getOwnPropertyDescriptor(bound, "prototype")?.writable === false;
}

/** See protocol/value.ts. */
export function encode(given: unknown, root?: string): value.Encoded {
  return value.encodePlain(given) ?? value.encodeGraph(given, root, classesOf(currentTurn().instance));
}

/** See protocol/value.ts. */
export function decode(text: value.Encoded): unknown {
  // Plain data has no classes: most values are.
  return text.startsWith("j") ? value.decode(text) : value.decode(text, classesOf(currentTurn().instance));
}

/** See protocol/value.ts. */
export function encodeError(thrown: unknown): value.Encoded {
  return value.encodeError(thrown, classesOf(currentTurn().instance));
}
