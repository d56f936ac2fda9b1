/**
 * Functions made at run time: code and captures, own properties, prototype objects, bound functions.
 * Method: codes as the compiler emits them; the copy must behave like the original and share what it shared.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Code } from "#runtime/guest/registry.js";
import { makeClosure } from "#runtime/guest/registry.js";
import type { AnyFunction } from "#runtime/protocol/helpers.js";
import { instantiate, type Program, restart } from "./support.js";

interface Env {
  n: number;
}

const program: Program = ({ code, module }) => {
  code("a#next", ([env]) => {
    const e = env as Env;
    return () => ++e.n;
  });
  code("a#call", ([f, g]) => () => [(f as () => unknown)(), (g as () => unknown)()]);
  code("a#Point", ([scale]) => {
    function Point(this: { x: number }, x: number): void {
      this.x = x * (scale as number);
    }
    return Point;
  });
  module("a", {});
};

/** An instance, and a maker of registered closures of its codes. */
function start() {
  const instance = instantiate(program);
  const clo = (id: string, ...captures: unknown[]): AnyFunction => makeClosure(instance.code.get(id) as Code, captures);
  return { instance, clo };
}

test("closures keep sharing what they captured", () => {
  const { instance, clo } = start();
  const env = { n: 1 };
  instance.state.main = [clo("a#next", env), clo("a#next", env), env];
  const [f, g, e] = restart(instance, program).state.main as [() => number, () => number, Env];
  assert.equal(f(), 2);
  assert.equal(g(), 3);
  assert.equal(e.n, 3);
});

test("a closure captured by another is the same function as elsewhere in the state", () => {
  const { instance, clo } = start();
  const inner = clo("a#next", { n: 0 });
  const outer = clo("a#call", inner, clo("a#call", inner, inner));
  instance.state.main = [outer, inner];
  const [o, i] = restart(instance, program).state.main as [() => unknown, () => number];
  i();
  assert.deepEqual(o(), [2, [3, 4]]);
});

test("ten thousand closures, each capturing the one before, are restored without recursion", () => {
  const { instance, clo } = start();
  const last = clo("a#next", { n: 0 });
  let chain = last;
  for (let i = 0; i < 10_000; i++) chain = clo("a#call", last, chain);
  instance.state.main = chain;
  assert.equal(typeof restart(instance, program).state.main, "function");
});

test("name, length and other own properties are kept if they were changed", () => {
  const { instance, clo } = start();
  const plain = clo("a#next", { n: 0 });
  const renamed = Object.defineProperty(clo("a#next", { n: 0 }), "name", { value: "renamed" });
  const extended = Object.assign(clo("a#next", { n: 0 }), { calls: 3 });
  const nameless = clo("a#next", { n: 0 });
  Reflect.deleteProperty(nameless, "name");
  const frozen = Object.freeze(clo("a#Point", 1));
  const reproto = Object.setPrototypeOf(clo("a#next", { n: 0 }), null) as object;
  const functions = [plain, renamed, extended, nameless, frozen, reproto];
  instance.state.main = functions;
  const copy = restart(instance, program).state.main as object[];
  functions.forEach((fn, i) => {
    const other = copy[i] as object;
    const [before, after] = [Object.getOwnPropertyDescriptors(fn), Object.getOwnPropertyDescriptors(other)];
    assert.deepEqual(Reflect.ownKeys(after), Reflect.ownKeys(before));
    assert.deepEqual(after.name, before.name);
    assert.equal(Object.isExtensible(other), Object.isExtensible(fn));
  });
  assert.equal(Object.getPrototypeOf(copy[5] as object), null);
  assert.equal(Reflect.get(copy[2] as object, "calls"), 3);
});

test("the prototype object of a function keeps its identity, pristine, changed or replaced", () => {
  const { instance, clo } = start();
  const make = () => clo("a#Point", 2) as unknown as new (x: number) => { x: number };
  const Pristine = make();
  const Changed = make();
  Object.assign(Changed.prototype as object, { y: 1 });
  const Replaced = make();
  const old = new Replaced(1);
  Replaced.prototype = { z: 1 };
  instance.state.main = [
    [new Pristine(1), Pristine],
    [Changed, new Changed(2)],
    [old, new Replaced(3), Replaced],
  ];
  const [a, b, c] = restart(instance, program).state.main as [unknown[], unknown[], unknown[]];
  assert.ok(a[0] instanceof (a[1] as typeof Pristine));
  assert.ok(new (a[1] as typeof Pristine)(4).x === 8);
  assert.ok(b[1] instanceof (b[0] as typeof Changed));
  assert.equal(Reflect.get(b[1] as object, "y"), 1);
  assert.ok(c[1] instanceof (c[2] as typeof Replaced));
  assert.ok(!(c[0] instanceof (c[2] as typeof Replaced)));
  assert.equal(Reflect.get(Object.getPrototypeOf(c[0]) as object, "constructor"), c[2]);
});

test("bound functions keep target, this, arguments, name and length", () => {
  const { instance, clo } = start();
  const target = clo("a#call", () => 0, Math.random);
  const self = { tag: "self" };
  const bound = Array.prototype.concat.bind([1], self, 2);
  const twice = bound.bind(null, 3);
  instance.state.main = { bound, twice, self, fn: clo("a#next", { n: 4 }).bind(undefined) };
  assert.equal(typeof target, "function");
  const copy = restart(instance, program).state.main as {
    bound: AnyFunction;
    twice: () => unknown[];
    self: object;
    fn(): number;
  };
  assert.equal(copy.bound.name, "bound concat");
  assert.equal(copy.bound.length, bound.length);
  assert.deepEqual(copy.twice(), [1, copy.self, 2, 3]);
  assert.equal(copy.twice()[1], copy.self);
  assert.equal(copy.fn(), 5);
});

test("accessors are kept by their functions", () => {
  const { instance, clo } = start();
  const object = {};
  Object.defineProperty(object, "next", { get: clo("a#next", { n: 0 }) as () => number, enumerable: true });
  instance.state.main = object;
  const copy = restart(instance, program).state.main as { next: number };
  assert.equal(copy.next, 1);
  assert.equal(copy.next, 2);
});

test("writing does not call getters, traps or overridden methods", () => {
  const { instance } = start();
  const fail = (): never => assert.fail("user code ran");
  class Loud extends Map<string, number> {
    override forEach = fail;
    override entries = fail;
    override get size(): number {
      return fail();
    }
  }
  const traps = Object.fromEntries(Reflect.ownKeys(Reflect).map((key) => [key, Math.max]));
  void fail;
  const loud: Program = ({ module }) => module("l", { Loud, fail });
  const other = instantiate(loud);
  const value = Object.create(Loud.prototype, {}) as object;
  other.state.main = [
    new Loud([["a", 1]]),
    value,
    Object.defineProperty({}, "x", { get: fail, enumerable: true }),
    new Proxy({}, traps),
  ];
  restart(other, loud);
  assert.ok(instance);
});
