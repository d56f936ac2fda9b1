/**
 * An instance is handed on only if nothing of its modules has changed.
 * Method: a program with every sort of module state; each way to change it, alone, must be noticed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isPristine } from "#runtime/guest/heap/pristine.js";
import { readHeap } from "#runtime/guest/heap/read.js";
import type { Instance } from "#runtime/guest/instance.js";
import { instantiate, type Program, textOf } from "./support.js";

interface State {
  readonly cache: Map<unknown, unknown>;
  readonly seen: Set<unknown>;
  readonly config: Record<PropertyKey, unknown>;
  readonly list: unknown[];
  readonly when: Date;
  readonly bytes: Uint8Array;
  readonly pattern: RegExp;
  readonly mark: symbol;
  readonly Cart: { new (): object; made: number };
  readonly cart: Record<string, unknown>;
  readonly helper: { (): number; calls?: number };
  readonly counter: () => number;
  readonly frozen: { readonly inner: Record<string, unknown> };
  readonly failure: Error;
}

const program: Program = ({ code, clo, module }) => {
  const counterCode = code("m#counter", ([env]) => {
    const e = env as { n: number };
    return () => ++e.n;
  });
  class Cart {
    static made = 0;
    items: string[] = [];
  }
  let total = 0;
  const failure = new RangeError("made by a module");
  // Its text is the engine's: what is compared exactly has none.
  Reflect.deleteProperty(failure, "stack");
  module(
    "src/a.ts",
    {
      cache: new Map<unknown, unknown>([["first", { id: 1 }]]),
      seen: new Set([1]),
      config: { a: 1, b: { deep: [1] } },
      list: [1, 2, 3],
      when: new Date(1000),
      bytes: new Uint8Array(4),
      pattern: /x/g,
      mark: Symbol("mark"),
      Cart,
      cart: new Cart(),
      helper: () => 1,
      counter: clo(counterCode, [{ n: 10 }]),
      frozen: Object.freeze({ inner: {} }),
      failure,
    },
    {
      total: [
        () => total,
        (value) => {
          total = value as number;
        },
      ],
    },
  );
};

const stateOf = (instance: Instance): State => instance.modules[0]?.bindings as unknown as State;

const USES: Readonly<Record<string, (state: State, instance: Instance) => unknown>> = {
  reading: ({ cache, list, config }) => [cache.get("first"), list.map(String), Object.keys(config)],
  calling: ({ helper, Cart }) => [helper(), new Cart()],
  "holding module objects in its state": ({ config }, instance) => {
    instance.state.main = { config };
  },
  "changing and taking back": ({ list }) => list.push(list.pop()),
  "refused changes": ({ frozen }) => Reflect.set(frozen, "inner", 1),
};

const CHANGES: Readonly<Record<string, (state: State, instance: Instance) => unknown>> = {
  "a variable": (_, { modules }) => modules[0]?.variables.total?.[1](1),
  "a value of a Map": ({ cache }) => cache.set("first", 2),
  "a key of a Map": ({ cache }) => cache.set("second", 2),
  "the order of a Map": ({ cache }) => {
    const first = cache.get("first");
    cache.clear();
    cache.set("zeroth", 0).set("first", first).delete("zeroth");
    cache.set("zeroth", 0);
  },
  "an object in a Map": ({ cache }) => Object.assign(cache.get("first") as object, { id: 2 }),
  "a member of a Set": ({ seen }) => seen.add(2),
  "a property": ({ config }) => Object.assign(config, { a: 2 }),
  "a new property": ({ config }) => Object.assign(config, { c: 1 }),
  "a deleted property": ({ config }) => Reflect.deleteProperty(config, "a"),
  "the order of properties": ({ config }) => {
    Reflect.deleteProperty(config, "a");
    config.a = 1;
  },
  "a property with a symbol": ({ config, mark }) => Object.assign(config, { [mark]: 1 }),
  "a nested array": ({ config }) => ((config.b as { deep: unknown[] }).deep[0] = 2),
  "an equal object in place of another": ({ config }) => Object.assign(config, { b: { deep: [1] } }),
  "an element": ({ list }) => (list[1] = 3),
  "a length": ({ list }) => list.push(4),
  "a hole": ({ list }) => Reflect.deleteProperty(list, 0),
  "a property of an array": ({ list }) => Object.assign(list, { extra: 1 }),
  "a Date": ({ when }) => when.setTime(2000),
  "a byte": ({ bytes }) => (bytes[2] = 1),
  "a pattern's place": ({ pattern }) => pattern.test("x"),
  "a static property": ({ Cart }) => Cart.made++,
  "a method": ({ Cart }) => Object.assign(Cart.prototype as object, { size: Math.random }),
  "an instance of a class": ({ cart }) => Object.assign(cart, { items: [] }),
  "a property of a function": ({ helper }) => (helper.calls = 1),
  "the name of a function": ({ helper }) => Object.defineProperty(helper, "name", { value: "other" }),
  "a deleted name of a function": ({ helper }) => Reflect.deleteProperty(helper, "name"),
  "a captured variable": ({ counter }) => counter(),
  "what a frozen object holds": ({ frozen }) => Object.assign(frozen.inner, { a: 1 }),
  "an error's message": ({ failure }) => Object.assign(failure, { message: "other" }),
  "a flag": ({ config }) => Object.defineProperty(config, "a", { enumerable: false }),
  "an accessor": ({ config }) => Object.defineProperty(config, "a", { get: Math.random }),
  "a prototype": ({ config }) => Object.setPrototypeOf(config, null),
  "a frozen object": ({ config }) => Object.freeze(config),
  "an object that takes no more properties": ({ cart }) => Object.preventExtensions(cart),
};

for (const [name, use] of Object.entries(USES)) {
  test(`${name} leaves the modules as new`, () => {
    const instance = instantiate(program);
    use(stateOf(instance), instance);
    assert.equal(isPristine(instance), true);
  });
}

for (const [name, change] of Object.entries(CHANGES)) {
  test(`${name} is noticed, also after a restore`, () => {
    const instance = instantiate(program);
    change(stateOf(instance), instance);
    assert.equal(isPristine(instance), false);
    const restored = instantiate(program);
    readHeap(restored, textOf(instance));
    assert.equal(isPristine(restored), false);
  });
}

test("modules that hold an error with a stack, or what cannot be saved, are never handed on", () => {
  assert.equal(isPristine(instantiate(({ module }) => module("m", { error: new Error("with a stack") }))), false);
  assert.equal(isPristine(instantiate(({ module }) => module("m", { native: (async () => {})() }))), false);
});
