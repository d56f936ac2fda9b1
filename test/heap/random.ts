/**
 * Seeded random object graphs, and the question whether two graphs are the same up to identity of their objects.
 */
import assert from "node:assert/strict";

/** A generator of integers below a limit: mulberry32. */
export function randomOf(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

type Random = (limit: number) => number;

const PRIMITIVES: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -7,
  2.5,
  2 ** 40,
  NaN,
  Infinity,
  "",
  "a",
  "key",
  "\ud800",
  12n,
  Symbol.iterator,
  Symbol.for("s"),
];
const KEYS: readonly PropertyKey[] = [
  "a",
  "b",
  "c",
  "7",
  "0",
  "__proto__",
  "constructor",
  "length",
  "",
  Symbol.for("k"),
  Symbol.toStringTag,
];

const MAKERS: readonly ((random: Random) => object)[] = [
  () => ({}),
  () => ({}),
  () => [],
  () => [],
  () => Object.create(null) as object,
  () => new Map(),
  () => new Set(),
  (random) => new Date(random(1e6)),
  () => /a+/g,
  // The stack of an error made by a module tells how the module came to be evaluated: not part of what is compared.
  (random) => Object.assign(new (random(2) === 0 ? TypeError : Error)("message"), { stack: "stack" }),
  (random) => new Uint8Array(random(9)).fill(random(256)),
  () => Object(3) as object,
  () => new WeakMap(),
  () => new DataView(new ArrayBuffer(3)),
];

/** A graph of about `size` objects that refer to each other at random; the first one reaches most of them. */
export function randomGraph(random: Random, size: number): object {
  const objects: object[] = [];
  for (let i = 0; i < size; i++) objects.push(make(random, objects));
  const value = (): unknown => (random(3) === 0 ? PRIMITIVES[random(PRIMITIVES.length)] : objects[random(size)]);
  for (let i = 0; i < size * 3; i++) attempt(() => link(random, objects[random(size)] as object, value));
  for (let i = 0; i < size / 8; i++) attempt(() => restrict(random, objects[random(size)] as object));
  return objects;
}

/** Does something to an object; it may refuse: proxies have no slots, lengths have a range. */
export function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
  }
}

function make(random: Random, objects: readonly object[]): object {
  const choice = random(MAKERS.length + 2);
  const other = objects[random(Math.max(objects.length, 1))];
  if (choice === MAKERS.length && other !== undefined) return Object.create(other) as object;
  if (choice > MAKERS.length && other !== undefined) return new Proxy(other, {});
  return (MAKERS[choice % MAKERS.length] as (random: Random) => object)(random);
}

/** Puts a value somewhere into an object. */
function link(random: Random, target: object, value: () => unknown): void {
  if (target instanceof Map && random(2) === 0) {
    target.set(value(), value());
  } else if (target instanceof Set && random(2) === 0) {
    target.add(value());
  } else if (target instanceof WeakMap && random(2) === 0) {
    const key = value();
    if (typeof key === "object" && key !== null) target.set(key, value());
  } else if (Array.isArray(target) && random(2) === 0) {
    Reflect.set(target, random(12), value());
  } else {
    define(random, target, value());
  }
}

function define(random: Random, target: object, value: unknown): void {
  const key = KEYS[random(KEYS.length)] as PropertyKey;
  const odd = random(6) === 0;
  Reflect.defineProperty(target, key, {
    value,
    writable: !odd || random(2) === 0,
    enumerable: !odd || random(2) === 0,
    configurable: !odd || random(2) === 0,
  });
}

function restrict(random: Random, target: object): void {
  // Typed arrays with elements cannot be frozen.
  if (ArrayBuffer.isView(target)) return;
  [Object.freeze, Object.seal, Object.preventExtensions][random(3)]?.(target);
}

/** Fails unless both graphs are the same: kinds, properties, order, flags, identity. Proxies are looked through. */
export function assertSameGraph(first: unknown, second: unknown): void {
  const partners = new Map<object, object>();
  const queue: [unknown, unknown, string][] = [[first, second, "root"]];
  for (let i = 0; i < queue.length; i++) {
    const [a, b, where] = queue[i] as [unknown, unknown, string];
    if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
      assert.ok(Object.is(a, b), `${where}: ${String(a)} is not ${String(b)}`);
      continue;
    }
    const known = partners.get(a);
    if (known !== undefined) {
      assert.equal(known, b, `${where}: another object`);
      continue;
    }
    partners.set(a, b);
    compare(a, b, where, queue);
  }
}

function compare(a: object, b: object, where: string, queue: [unknown, unknown, string][]): void {
  assert.equal(brandOf(b), brandOf(a), where);
  assert.equal(Object.isExtensible(b), Object.isExtensible(a), where);
  queue.push([Object.getPrototypeOf(a), Object.getPrototypeOf(b), `${where}.__proto__`]);
  const keys = Reflect.ownKeys(a);
  assert.deepEqual(Reflect.ownKeys(b), keys, where);
  for (const key of keys) {
    const { value: x, ...flagsA } = Object.getOwnPropertyDescriptor(a, key) ?? {};
    const { value: y, ...flagsB } = Object.getOwnPropertyDescriptor(b, key) ?? {};
    assert.deepEqual(flagsB, flagsA, `${where}.${String(key)}`);
    queue.push([x, y, `${where}.${String(key)}`]);
  }
  const contents = [contentsOf(a), contentsOf(b)] as const;
  assert.equal(contents[1].length, contents[0].length, where);
  for (let i = 0; i < contents[0].length; i++) queue.push([contents[0][i], contents[1][i], `${where}[[${i}]]`]);
}

const BRANDS: readonly [string, (value: object) => unknown][] = [
  ["Map", (value) => Reflect.get(Map.prototype, "size", value)],
  ["Set", (value) => Reflect.get(Set.prototype, "size", value)],
  ["Date", (value) => Date.prototype.getTime.call(value)],
  ["RegExp", (value) => Reflect.get(RegExp.prototype, "source", value)],
  ["Number", (value) => Number.prototype.valueOf.call(value)],
  ["DataView", (value) => Reflect.get(DataView.prototype, "byteLength", value)],
];

function brandOf(value: object): string {
  if (Array.isArray(value)) return "Array";
  for (const [name, check] of BRANDS) {
    try {
      check(value);
      return name;
    } catch {
      // of another kind
    }
  }
  return "Object";
}

function contentsOf(value: object): unknown[] {
  switch (brandOf(value)) {
    case "Map": {
      const list: unknown[] = [];
      Map.prototype.forEach.call(value as Map<unknown, unknown>, (v, k) => list.push(k, v));
      return list;
    }
    case "Set": {
      const list: unknown[] = [];
      Set.prototype.forEach.call(value as Set<unknown>, (v) => list.push(v));
      return list;
    }
    case "Date":
      return [Date.prototype.getTime.call(value)];
    case "RegExp":
      return [Reflect.get(RegExp.prototype, "source", value)];
    default:
      return [];
  }
}
