/**
 * Every kind of value survives a checkpoint: content, prototype, properties, flags, order and identity.
 * Method: one value through write and read; `restart` also checks that the copy is written with the same text.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { roundTrip } from "./support.js";

test("primitives keep their exact value", () => {
  const values = [
    undefined,
    null,
    true,
    false,
    0,
    -0,
    1,
    -1,
    0.1,
    NaN,
    Infinity,
    -Infinity,
    2 ** 29,
    -(2 ** 29),
    2 ** 53,
    1e300,
    5e-324,
    "",
    'é\u0000\n"\\',
    "\ud800",
    "a\udc00b",
    0n,
    -(10n ** 40n),
  ];
  const copy = roundTrip(values);
  assert.equal(copy.length, values.length);
  for (let i = 0; i < values.length; i++) assert.ok(Object.is(copy[i], values[i]), `${i}: ${String(values[i])}`);
});

test("symbols keep their identity: well-known, registered and unique ones", () => {
  const unique = Symbol("mine");
  const nameless = Symbol();
  const copy = roundTrip({ list: [unique, unique, nameless, Symbol.iterator, Symbol.for("k")], [unique]: 1 });
  assert.equal(copy.list[0], copy.list[1]);
  assert.equal(copy.list[0]?.description, "mine");
  assert.equal(copy.list[2]?.description, undefined);
  assert.equal(copy.list[3], Symbol.iterator);
  assert.equal(copy.list[4], Symbol.for("k"));
  assert.deepEqual(Reflect.ownKeys(copy), ["list", copy.list[0]]);
});

test("intrinsics come back as themselves", () => {
  const getter = Object.getOwnPropertyDescriptor(Map.prototype, "size")?.get;
  const values = [Array.prototype.map, Math.max, Map, Error.prototype, getter, Object.getPrototypeOf(Int8Array), JSON];
  assert.ok(roundTrip(values).every((value, i) => value === values[i]));
});

test("shared references and cycles stay", () => {
  const a: { name: string; b?: unknown } = { name: "a" };
  const b = { a, list: [a, a] };
  a.b = b;
  const copy = roundTrip(b);
  assert.equal(copy.list[0], copy.a);
  assert.equal(copy.a.b, copy);
});

test("key order, integer keys and __proto__ as a key stay", () => {
  const object = JSON.parse('{"z":1,"__proto__":{"x":1},"10":2,"2":3,"a":4}') as object;
  const copy = roundTrip(object);
  assert.deepEqual(Object.keys(copy), ["2", "10", "z", "__proto__", "a"]);
  assert.equal(Object.getPrototypeOf(copy), Object.prototype);
});

test("flags, accessors of intrinsics, and sealed, frozen, non-extensible objects stay", () => {
  const odd = Object.defineProperty({ a: 1 }, "hidden", {
    value: 2,
    enumerable: false,
    writable: false,
    configurable: true,
  });
  Object.defineProperty(odd, "size", {
    get: Object.getOwnPropertyDescriptor(Map.prototype, "size")?.get as () => number,
    configurable: true,
  });
  const values = [
    odd,
    Object.freeze({ a: [1] }),
    Object.seal({ a: 1 }),
    Object.preventExtensions({ a: 1 }),
    Object.freeze([1, 2]),
    Object.seal([3]),
  ];
  const copy = roundTrip(values);
  values.forEach((value, i) => {
    const other = copy[i] as object;
    assert.deepEqual(Object.getOwnPropertyDescriptors(other), Object.getOwnPropertyDescriptors(value));
    assert.equal(Object.isExtensible(other), Object.isExtensible(value));
    assert.equal(Object.isFrozen(other), Object.isFrozen(value));
  });
});

test("prototypes stay: null, another object, a chain", () => {
  const base = { hello: 1 };
  const middle: object = Object.create(base);
  const leaf: object = Object.create(middle, { x: { value: 1 } });
  const [copy, bare] = roundTrip([leaf, Object.assign(Object.create(null) as object, { y: 1 })]) as [object, object];
  assert.equal(Reflect.get(copy, "hello"), 1);
  assert.deepEqual(Object.keys(Object.getPrototypeOf(Object.getPrototypeOf(copy)) as object), ["hello"]);
  assert.equal(Object.getPrototypeOf(bare), null);
});

test("arrays keep holes, length, extra properties and odd elements", () => {
  const holes: unknown[] = Object.assign([], { 0: 1, 2: 3, length: 5 });
  const extra = Object.assign([1, 2], { x: 1 });
  const long: unknown[] = [];
  long.length = 4_000_000_000;
  long[7] = "x";
  const odd = [1, 2, 3];
  Object.defineProperty(odd, 1, { value: 9, enumerable: false });
  const fixed = Object.defineProperty([1], "length", { writable: false });
  const copy = roundTrip([holes, extra, long, odd, fixed]);
  [holes, extra, long, odd, fixed].forEach((value, i) => {
    assert.deepEqual(Object.getOwnPropertyDescriptors(copy[i] as object), Object.getOwnPropertyDescriptors(value));
    assert.ok(Array.isArray(copy[i]));
  });
});

test("Map and Set keep order, keys of all types and identity", () => {
  const key = {};
  const map = new Map<unknown, unknown>([
    ["a", 1],
    [key, key],
    [NaN, "n"],
    [undefined, null],
  ]);
  map.set("self", map);
  const set = new Set<unknown>([key, 3, "x"]);
  const [m, s, k] = roundTrip([map, set, key] as const);
  assert.deepEqual(
    [...m.keys()].map((x) => (x === k ? "key" : x)),
    ["a", "key", NaN, undefined, "self"],
  );
  assert.equal(m.get("self"), m);
  assert.ok(s.has(k));
  assert.deepEqual([...s].slice(1), [3, "x"]);
});

test("Date, RegExp and boxed primitives keep their content and properties", () => {
  const regExp = Object.assign(/a(?<n>.)\/[\n]/giu, { note: 1 });
  regExp.lastIndex = 4;
  const frozen = Object.freeze(/x/y);
  const text = Object.assign(Object("ab") as object, { x: 1, 7: 2 });
  const values = [
    new Date(12345),
    new Date(NaN),
    regExp,
    frozen,
    Object(1),
    Object(-0),
    Object(true),
    Object(10n),
    Object(Symbol.iterator),
    text,
  ] as object[];
  const copy = roundTrip(values);
  values.forEach((value, i) => {
    const other = copy[i] as object;
    assert.equal(Object.getPrototypeOf(other), Object.getPrototypeOf(value));
    assert.deepEqual(Object.getOwnPropertyDescriptors(other), Object.getOwnPropertyDescriptors(value));
    if (value instanceof RegExp) assert.equal(String(other), String(value));
    else assert.ok(Object.is(other.valueOf(), value.valueOf()), String(i));
  });
});

test("errors keep class, message, stack, cause, errors and the order of their properties", () => {
  const cause = new RangeError("inner");
  const error = Object.assign(new TypeError("outer", { cause }), { code: 7 });
  const many = new AggregateError([error, cause], "many");
  const [a, b] = roundTrip([error, many] as const);
  assert.ok(a instanceof TypeError);
  assert.equal(a.stack, error.stack);
  assert.equal((a.cause as Error).message, "inner");
  assert.deepEqual(Reflect.ownKeys(a), Reflect.ownKeys(error));
  assert.deepEqual(Object.getOwnPropertyDescriptor(a, "message"), Object.getOwnPropertyDescriptor(error, "message"));
  assert.equal(b.errors[0], a);
  assert.equal(Object.prototype.toString.call(a), "[object Error]");
});

test("buffers are shared by their views as before", () => {
  const buffer = new ArrayBuffer(16);
  const bytes = new Uint8Array(buffer, 3, 7);
  bytes.set([1, 2, 255, 4, 5, 6, 7]);
  const views = [
    buffer,
    bytes,
    new DataView(buffer, 2),
    new Float64Array(buffer, 8, 1),
    new BigInt64Array(2),
    new Uint8ClampedArray([1]),
  ] as const;
  const copy = roundTrip(views);
  assert.equal(copy[1].buffer, copy[0]);
  assert.equal(copy[2].buffer, copy[0]);
  assert.equal(copy[1].byteOffset, 3);
  assert.deepEqual([...copy[1]], [1, 2, 255, 4, 5, 6, 7]);
  copy[1][0] = 77;
  assert.equal(copy[2].getUint8(1), 77);
  assert.equal(copy[3].length, 1);
  assert.ok(copy[4] instanceof BigInt64Array);
});

test("resizable buffers keep their maximum, and views that follow them still do", () => {
  const Resizable = ArrayBuffer as unknown as new (
    n: number,
    o: { maxByteLength: number },
  ) => ArrayBuffer & { resize(n: number): void };
  const buffer = new Resizable(8, { maxByteLength: 16 });
  const follows = new Uint8Array(buffer, 2);
  const fixed = new Uint8Array(buffer, 2, 6);
  const view = new DataView(buffer);
  follows.set([1, 2, 3, 4, 5, 6]);
  const copy = roundTrip({ buffer, follows, fixed, view });
  copy.buffer.resize(12);
  assert.equal(copy.follows.length, 10);
  assert.equal(copy.fixed.length, 6);
  assert.equal(copy.view.byteLength, 12);
  assert.deepEqual([...copy.fixed], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...follows], [1, 2, 3, 4, 5, 6], "writing leaves the buffer as it was");
});

test("subclass instances keep internal slots and prototype", () => {
  class Box extends Map<string, number> {
    total(): number {
      return [...this.values()].reduce((a, b) => a + b, 0);
    }
  }
  class Failure extends Error {}
  class Line extends Array<number> {}
  const program = ({ module }: { module(id: string, bindings: Record<string, unknown>): void }) =>
    module("m", { Box, Failure, Line });
  const box = Object.assign(
    new Box([
      ["a", 1],
      ["b", 2],
    ]),
    { note: "n" },
  );
  const [b, f, l] = roundTrip([box, new Failure("f"), Line.from([1, 2])] as const, program);
  assert.equal(b.total(), 3);
  assert.equal(Reflect.get(b, "note"), "n");
  assert.ok(f instanceof Failure && f.message === "f");
  assert.ok(l instanceof Line && Array.isArray(l) && l.length === 2);
});

test("objects whose prototype hides their internal slots keep both", () => {
  const map = new Map([[1, 2]]);
  Object.setPrototypeOf(map, null);
  const plain: object = Object.create(Date.prototype);
  const array = Object.setPrototypeOf([1, 2], Object.prototype) as object;
  const copy = roundTrip([map, plain, array]);
  assert.equal(Map.prototype.get.call(copy[0], 1), 2);
  assert.throws(() => Date.prototype.getTime.call(copy[1]));
  assert.ok(Array.isArray(copy[2]) && Object.getPrototypeOf(copy[2]) === Object.prototype);
});

test("arguments objects stay arguments objects", () => {
  const args = (function (..._rest: unknown[]) {
    // biome-ignore lint/complexity/noArguments: the object itself is under test
    return arguments;
  })(1, "b");
  const copy = roundTrip(args);
  assert.equal(Object.prototype.toString.call(copy), "[object Arguments]");
  assert.deepEqual(Array.from(copy as ArrayLike<unknown>), [1, "b"]);
  assert.deepEqual(Reflect.ownKeys(copy), Reflect.ownKeys(args));
});

test("proxies keep target and handler; revoked ones stay revoked, revoking functions revoke", () => {
  const target = { x: 1 };
  const handler: ProxyHandler<{ x: number }> = { get: Reflect.get };
  const dead = Proxy.revocable({}, {});
  dead.revoke();
  const deadFunction = Proxy.revocable(() => 1, {});
  deadFunction.revoke();
  const live = Proxy.revocable(target, {});
  const copy = roundTrip({
    deadFunction: deadFunction.proxy,
    target,
    proxy: new Proxy(target, handler),
    dead: dead.proxy,
    live,
    callable: new Proxy(Math.max, {}),
  });
  copy.target.x = 5;
  assert.equal(copy.proxy.x, 5);
  assert.equal(copy.callable(1, 9), 9);
  assert.throws(() => Reflect.ownKeys(copy.dead));
  assert.equal(typeof copy.dead, "object");
  assert.equal(typeof copy.deadFunction, "function");
  assert.throws(() => copy.deadFunction());
  assert.equal(Reflect.get(copy.live.proxy, "x"), 5);
  copy.live.revoke();
  assert.throws(() => Reflect.get(copy.live.proxy, "x"));
});

test("weak collections keep exactly the entries whose keys are alive", () => {
  const alive = { name: "alive" };
  const viaWeak = { name: "reached through the collection only" };
  const weak = new WeakMap<object, unknown>([
    [alive, viaWeak],
    [{}, "dead"],
  ]);
  weak.set(viaWeak, "chained");
  const members = new WeakSet([alive, {}]);
  const copy = roundTrip({ weak, members, alive, ref: new WeakRef(viaWeak) });
  const chained = copy.weak.get(copy.alive) as object;
  assert.equal(copy.weak.get(chained), "chained");
  assert.equal(copy.ref.deref(), chained);
  assert.ok(copy.members.has(copy.alive));
  assert.ok(copy.weak instanceof WeakMap);
});

test("a key met before its weak collection gives the same text when restored", () => {
  const key = { k: 1 };
  const first = new WeakMap<object, unknown>();
  const second = new WeakMap<object, unknown>();
  second.set(key, { v: 2 });
  first.set(key, { v: 1 });
  const copy = roundTrip({ key, nested: { first }, second });
  assert.deepEqual(copy.nested.first.get(copy.key), { v: 1 });
  assert.deepEqual(copy.second.get(copy.key), { v: 2 });
});
