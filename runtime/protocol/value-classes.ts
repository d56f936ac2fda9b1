/**
 * The classes that a program defines at the top of its modules, by id (`src/errors.ts#OutOfStock`): an instance of one
 * crosses a border with that id and its own fields, and is an instance again wherever the class is known.
 */

export interface KnownClass {
  readonly prototype: object;
}

export interface ClassTable {
  /** The id of the class whose prototype this is. */
  idOf(prototype: object): string | undefined;
  classOf(id: string): KnownClass | undefined;
}

/** Where no program's classes are known: instances arrive as plain objects, errors as their nearest built-in class. */
export const NO_CLASSES: ClassTable = { idOf: () => undefined, classOf: () => undefined };

/** A table that classes are put into one by one. */
export class ClassRegistry implements ClassTable {
  readonly #byId = new Map<string, KnownClass>();
  readonly #ids = new Map<object, string>();

  add(id: string, known: KnownClass): void {
    this.#byId.set(id, known);
    this.#ids.set(known.prototype, id);
  }

  idOf(prototype: object): string | undefined {
    return this.#ids.get(prototype);
  }

  classOf(id: string): KnownClass | undefined {
    return this.#byId.get(id);
  }
}
