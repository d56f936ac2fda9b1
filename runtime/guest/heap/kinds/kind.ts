/**
 * What the writer, the reader and the baseline know about a family of values: their internal slots, and how to make
 * one. Everything else (prototype, own properties, extensibility) is the same for all kinds and handled outside.
 *
 * K1  `slots` lists the slots' content as values, in an order that depends on the object's content only.
 * K2  `fill` replaces the content whatever it was, so it also serves a baseline object that has changed.
 * K3  No method runs user code.
 * K4  An object with a slot that is found late is told in every checkpoint, whether or not it has changed, and so is the
 *     content of what its first slot refers to: `finish` meets that object as if it had just been filled.
 */

export interface Kind {
  /** In the rows; never reused for another kind. */
  readonly tag: number;
  /** For reports, with its article: "a Map". */
  readonly name: string;
  /** Intrinsic prototypes: an object that inherits from one of them is a candidate. */
  readonly prototypes: readonly object[];
  /** True if the value has the internal slots of this kind. */
  is(value: object): boolean;
  slots(value: object, scope: SlotScope): readonly unknown[];
  /** Words for slot `index` in an access path: `.get("key")`, `→ slot 3`. */
  slotName(index: number, slots: readonly unknown[]): string;
  /**
   * When one can be made: `empty` without its slots (they are given to `fill` when all objects exist), `primitives`
   * from slots that hold primitive values only, `parts` once the objects in its slots have been made.
   */
  readonly making: "empty" | "primitives" | "parts";
  /** Makes one. `slots` is empty for `empty` kinds. Throws if the slots make no sense. */
  make(slots: readonly unknown[], scope: MakeScope): object;
  /** Replaces the content of the slots. */
  fill?(value: object, slots: readonly unknown[], scope: MakeScope): void;
  /** What an object of these prototypes is that lacks the slots, if it cannot be saved; else it is an ordinary one. */
  readonly otherwise?: string;
  /**
   * A slot whose content is found by an operation on all objects of the kind together that nothing must interrupt: done
   * last, once nothing can be refused any more. `slots` gives a placeholder for it.
   */
  readonly late?: { readonly slot: number; find(values: readonly object[]): readonly unknown[] };
  /** Called after every object has been filled. */
  finish?(value: object, slots: readonly unknown[]): void;
  /**
   * Which own properties are written: `none` for objects that user code never sees, `changes` for functions: only what
   * differs from a fresh function of the same code.
   */
  readonly own: "all" | "none" | "changes";
  /** Own keys to leave out, because the slots imply them. */
  implied?(value: object, keys: readonly PropertyKey[]): readonly PropertyKey[];
  /** A fresh one has own properties of its own, to be deleted before the saved ones are defined. */
  readonly bare?: true;
}

/** Brand check by an operation that throws for other objects. */
export function answers(operation: (value: object) => unknown): (value: object) => boolean {
  return (value) => {
    try {
      operation(value);
      return true;
    } catch {
      return false;
    }
  };
}

/** Path step for kinds whose slots have numbers only. */
export function numberedSlot(index: number): string {
  return ` → slot ${index}`;
}

/** `.name` or `["odd name"]`, `[Symbol(x)]`. */
export function propertyStep(key: PropertyKey): string {
  if (typeof key === "symbol") return `[${String(key)}]`;
  const text = String(key);
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`;
}

/** What `slots` may ask about the instance being written. */
export interface SlotScope {
  /** Entries of a weak collection whose keys live as long as the instance: key, value, key, value…. */
  permanentEntries(weak: object): readonly unknown[];
  /** The id of a code of this instance or of the runtime. Throws Refusal if the code is of another instance. */
  codeId(code: object): string;
}

/** What `make` and `fill` may ask about the instance being restored. */
export interface MakeScope {
  /** As of SlotScope, of the instance as it is now. */
  permanentEntries(weak: object): readonly unknown[];
  /** A registered closure. Throws damaged if the program has no such code. */
  closure(codeId: unknown, captures: readonly unknown[]): object;
  /** The code of a frame. Throws damaged if the program has no such code. */
  code(codeId: unknown): object;
  /** The code of a class made at run time. Throws damaged if the program has no such code. */
  factory(codeId: unknown): object;
}
