/**
 * Retracing the ways of a template finds the objects that a full walk finds, in the same order; and what the writer
 * takes for plain data without a look at its flags is plain.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { baselineOf } from "#runtime/guest/heap/baseline.js";
import { mayRetrace, retrace } from "#runtime/guest/heap/retrace.js";
import { instantiate, type Program, roundTrip } from "./support.js";

const program: Program = ({ module, code, clo }) => {
  const key = Symbol("key");
  const step = code("m#step", (captured) => () => captured[0]);
  const shared = { deep: { list: [{ n: 1 }, { n: 2 }] } };
  class Cart {
    items = new Map([[shared, new Set([key, shared.deep])]]);
    get size(): number {
      return this.items.size;
    }
    set size(_value: number) {}
  }
  let current: unknown = { kept: clo(step, [{ captured: true }]) };
  module(
    "m",
    {
      Cart,
      cart: new Cart(),
      symbols: { [key]: shared, [Symbol.iterator]: () => undefined },
      accessors: Object.defineProperty({}, "x", { get: () => shared, set: () => undefined }),
      step: clo(step, [shared]),
      frozen: Object.freeze([Object.freeze({ a: new Date(0) })]),
      error: new RangeError("made by a module", { cause: { why: [] } }),
      inherits: Object.create({ from: {} }) as object,
    },
    {
      current: [
        () => current,
        (value) => {
          current = value;
        },
      ],
    },
  );
};

test("retracing finds what a full walk finds", () => {
  const { template } = baselineOf(instantiate(program));
  const instance = instantiate(program);
  const baseline = baselineOf(instance);
  assert.equal(baseline.template, template);
  assert.ok(baseline.objects.length > 30);
  const scope = { permanentEntries: () => [], codeId: (code: object) => (code as { readonly id: string }).id };
  const found = retrace(instance, template, scope);
  assert.equal(found?.length, baseline.objects.length);
  found.forEach((object, index) => {
    assert.equal(object, baseline.objects[index], template.nameOf(index));
  });
});

test("values that only weak collections lead to are found, through several of them", () => {
  const weakly: Program = ({ module }) => {
    const first = new WeakMap<object, object>();
    const second = new WeakMap<object, object>();
    const key = { key: true };
    const between = { between: [1, { deep: true }] };
    const last = { last: new Map([[1, { end: true }]]) };
    first.set(key, between).set(Array.prototype, { ofIntrinsic: {} });
    second.set(between, last).set(key, last);
    module("m", { later: { first, second, seen: new WeakSet([key]) }, key, direct: first });
  };
  const { template } = baselineOf(instantiate(weakly));
  const instance = instantiate(weakly);
  const baseline = baselineOf(instance);
  assert.equal(baseline.template, template);
  assert.ok(template.compared > 0);
  assert.ok(template.found.size >= 3);
  const found = retrace(instance, template, { permanentEntries: () => [], codeId: () => "" });
  assert.deepEqual(found?.length, baseline.objects.length);
  found.forEach((object, index) => {
    assert.equal(object, baseline.objects[index], template.nameOf(index));
  });
});

test("an instance with other roots is not retraced", () => {
  const { template } = baselineOf(instantiate(program));
  const other = instantiate(({ module }) => module("m", { Cart: {} }));
  assert.equal(retrace(other, template, { permanentEntries: () => [], codeId: () => "" }), undefined);
});

test("realms whose intrinsics are not frozen compare every instance", () => {
  const { template } = baselineOf(instantiate(program));
  instantiate(program);
  assert.ok(template.compared > 0);
  assert.equal(mayRetrace(template), false);
});

test("flags that an object got through a proxy or at its making come back", () => {
  instantiate();
  const target: { hidden?: number; shown: number } = { shown: 1 };
  Object.defineProperty(new Proxy(new Proxy(target, {}), {}), "fixed", { value: 2, enumerable: true });
  const made: object = Object.create(Object.prototype, { fixed: { value: 3, enumerable: true } });
  for (const object of [target, made]) {
    const expected = Object.getOwnPropertyDescriptor(object, "fixed");
    const once = roundTrip(object);
    assert.deepEqual(Object.getOwnPropertyDescriptor(once, "fixed"), expected);
    assert.deepEqual(Object.getOwnPropertyDescriptor(roundTrip(once), "fixed"), expected);
  }
});
