/**
 * Shapes: objects with the same prototype, extensibility, keys and flags share one row for all of that.
 */
import { intrinsicName } from "../intrinsics.js";
import { NativeMap } from "../natives.js";
import { PLAIN } from "../own.js";
import { FLAGGED_SHAPE, SHAPE } from "./format.js";
import { RowNode, type RowWriter } from "./node.js";

/** Label of the way from a shape to its prototype. */
export const PROTOTYPE_LABEL = "__proto__";

type Children = Map<PropertyKey, Shape>;

export class Shape extends RowNode {
  readonly #parent: Shape | undefined;
  readonly #prototype: object | null;
  readonly #extensible: boolean;
  readonly #key: PropertyKey | undefined;
  readonly #flags: number;
  /** Plain data properties, the usual case. */
  #children: Children | undefined = undefined;
  #flagged: Map<number, Children> | undefined = undefined;

  constructor(prototype: object | null, extensible: boolean, parent?: Shape, key?: PropertyKey, flags = PLAIN) {
    super();
    this.#prototype = prototype;
    this.#extensible = extensible;
    this.#parent = parent;
    this.#key = key;
    this.#flags = flags;
  }

  /** The shape with one more property. */
  next(key: PropertyKey, flags: number): Shape {
    const children = flags === PLAIN ? this.#plainChildren() : this.#childrenOf(flags);
    let child = children.get(key);
    if (child === undefined) {
      kept.count++;
      child = new Shape(this.#prototype, this.#extensible, this, key, flags);
      children.set(key, child);
    }
    return child;
  }

  #plainChildren(): Children {
    this.#children ??= new NativeMap();
    return this.#children;
  }

  #childrenOf(flags: number): Children {
    this.#flagged ??= new NativeMap();
    let children = this.#flagged.get(flags);
    if (children === undefined) {
      children = new NativeMap();
      this.#flagged.set(flags, children);
    }
    return children;
  }

  write(writer: RowWriter): void {
    const path: Shape[] = [];
    let plain = true;
    for (let shape: Shape = this; shape.#parent !== undefined; shape = shape.#parent) {
      path.push(shape);
      plain &&= shape.#flags === PLAIN;
    }
    writer.begin(plain ? SHAPE : FLAGGED_SHAPE);
    writer.push(this.#extensible ? 1 : 0);
    writer.refer(this.#prototype, PROTOTYPE_LABEL);
    for (let i = path.length - 1; i >= 0; i--) {
      const { key, flags } = (path[i] as Shape).property();
      writer.refer(key, key);
      if (!plain) writer.push(flags);
    }
  }

  /** The last property of the shape. */
  property(): { readonly key: PropertyKey; readonly flags: number } {
    return { key: this.#key ?? "", flags: this.#flags };
  }

  step(label: PropertyKey): string {
    return label === PROTOTYPE_LABEL ? " → prototype" : " → key";
  }
}

type Roots = Map<object | null, Shape>;

/**
 * Shapes of objects whose prototype every realm has, kept from one checkpoint to the next: making them costs far more
 * than writing them. Those of an instance's own classes go with the checkpoint, lest they keep the instance alive.
 */
const kept: { readonly open: Roots; readonly closed: Roots; count: number } = {
  open: new NativeMap(),
  closed: new NativeMap(),
  count: 0,
};
/** Objects that are used as dictionaries have a shape each: then all are given up, at the latest after this many. */
const MOST_KEPT = 10_000;

/** All shapes of one checkpoint, by prototype. */
export class Shapes {
  readonly #open: Roots = new NativeMap();
  readonly #closed: Roots = new NativeMap();

  constructor() {
    if (kept.count < MOST_KEPT) return;
    kept.open.clear();
    kept.closed.clear();
    kept.count = 0;
  }

  /** The shape without properties. */
  root(prototype: object | null, extensible: boolean): Shape {
    const known = (extensible ? kept.open : kept.closed).get(prototype);
    if (known !== undefined) return known;
    const isKept = prototype === null || intrinsicName(prototype) !== undefined;
    const holder = isKept ? kept : { open: this.#open, closed: this.#closed };
    const roots = extensible ? holder.open : holder.closed;
    let root = roots.get(prototype);
    if (root === undefined) {
      root = new Shape(prototype, extensible);
      roots.set(prototype, root);
    }
    return root;
  }
}
