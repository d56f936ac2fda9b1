/**
 * Module state: what initialisation made is mentioned by name, and only changes are in the text.
 * Method: a program of two modules, changed after its start; the fresh instance must end up equal.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { baselineOf } from "#runtime/guest/heap/baseline.js";
import { readHeap } from "#runtime/guest/heap/read.js";
import type { Instance } from "#runtime/guest/instance.js";
import { instantiate, type Program, restart, textOf } from "./support.js";

interface Bindings {
  readonly cache: Map<string, unknown>;
  readonly seen: Set<unknown>;
  readonly config: Record<PropertyKey, unknown>;
  readonly list: unknown[];
  readonly when: Date;
  readonly bytes: Uint8Array;
  readonly mark: symbol;
  readonly notes: WeakMap<object, unknown>;
  readonly Cart: new () => object;
  readonly helper: (x: number) => number;
  readonly counter: () => number;
}

const program: Program = ({ code, clo, module }) => {
  const counterCode = code("m#counter", ([env]) => {
    const e = env as { n: number };
    return () => ++e.n;
  });
  const mark = Symbol("mark");
  class Cart {
    static made = 0;
    items: string[] = [];
    get size(): number {
      return this.items.length;
    }
  }
  const config: Record<PropertyKey, unknown> = { a: 1, b: { deep: [1] }, [mark]: "m" };
  let current: unknown = config.b;
  let total = 0;
  module(
    "src/a.ts",
    {
      cache: new Map<string, unknown>([["first", { id: 1 }]]),
      seen: new Set([1]),
      config,
      list: [1, 2, 3],
      when: new Date(1000),
      bytes: new Uint8Array(4),
      mark,
      notes: new WeakMap<object, unknown>([[config, "init"]]),
      Cart,
      helper: (x: number) => x + 1,
      counter: clo(counterCode, [{ n: 10 }]),
    },
    {
      current: [
        () => current,
        (v) => {
          current = v;
        },
      ],
      total: [
        () => total,
        (v) => {
          total = v as number;
        },
      ],
    },
  );
};

const bindings = (instance: Instance): Bindings => instance.modules[0]?.bindings as unknown as Bindings;
const variable = (instance: Instance, name: string) =>
  instance.modules[0]?.variables[name] as readonly [() => unknown, (v: unknown) => void];

test("an unchanged program adds nothing to the text", () => {
  const instance = instantiate(program);
  assert.ok(!textOf(instance).includes("src/a.ts"));
});

test("objects of modules are mentioned by name and come back as the fresh instance's", () => {
  const instance = instantiate(program);
  const { helper, config, mark, Cart } = bindings(instance);
  instance.state.main = [
    helper,
    config,
    mark,
    new Cart(),
    Object.getOwnPropertyDescriptor(Cart.prototype, "size")?.get,
    config.b,
  ];
  const copy = restart(instance, program);
  const [h, c, m, cart, getter, deep] = copy.state.main as unknown[];
  const fresh = bindings(copy);
  assert.equal(h, fresh.helper);
  assert.equal(c, fresh.config);
  assert.equal(m, fresh.mark);
  assert.ok(cart instanceof fresh.Cart);
  assert.equal(getter, Object.getOwnPropertyDescriptor(fresh.Cart.prototype, "size")?.get);
  assert.equal(deep, fresh.config.b);
  assert.notEqual(fresh.helper, helper, "the instances are apart");
});

test("reassigned variables come back", () => {
  const instance = instantiate(program);
  variable(instance, "total")[1](7);
  variable(instance, "current")[1]({ other: bindings(instance).list });
  const copy = restart(instance, program);
  assert.equal(variable(copy, "total")[0](), 7);
  assert.equal((variable(copy, "current")[0]() as { other: unknown }).other, bindings(copy).list);
});

test("changed contents of Map, Set, Date and buffers come back", () => {
  const instance = instantiate(program);
  const { cache, seen, when, bytes, config } = bindings(instance);
  cache.delete("first");
  cache.set("second", config).set("third", new Date(5));
  seen.add(cache);
  when.setTime(2000);
  bytes[2] = 9;
  const copy = restart(instance, program);
  const fresh = bindings(copy);
  assert.deepEqual([...fresh.cache.keys()], ["second", "third"]);
  assert.equal(fresh.cache.get("second"), fresh.config);
  assert.ok(fresh.seen.has(fresh.cache) && fresh.seen.has(1));
  assert.equal(fresh.when.getTime(), 2000);
  assert.deepEqual([...fresh.bytes], [0, 0, 9, 0]);
});

test("changed, added, deleted and reordered properties come back in order", () => {
  const instance = instantiate(program);
  const { config, list, Cart } = bindings(instance);
  const { mark } = bindings(instance);
  delete config.a;
  config.a = 2;
  config.c = [config];
  config[5] = "index";
  config[mark] = "changed";
  list.length = 1;
  list[3] = "far";
  Object.assign(Cart, { made: 4 });
  Object.freeze(Cart.prototype);
  const copy = restart(instance, program);
  const fresh = bindings(copy);
  assert.deepEqual(Reflect.ownKeys(fresh.config), ["5", "b", "a", "c", fresh.mark]);
  assert.equal(fresh.config[fresh.mark], "changed");
  assert.equal((fresh.config.c as unknown[])[0], fresh.config);
  assert.deepEqual(fresh.list, Object.assign([1], { 3: "far" }));
  assert.equal(Reflect.get(fresh.Cart, "made"), 4);
  assert.ok(Object.isFrozen(fresh.Cart.prototype));
});

test("changed flags, accessors and prototypes of module objects come back", () => {
  const instance = instantiate(program);
  const { config, list, Cart, helper } = bindings(instance);
  Object.defineProperty(config, "a", { enumerable: false });
  Object.defineProperty(list, 0, { get: Math.random });
  list.length = 2;
  Reflect.deleteProperty(Cart.prototype, "constructor");
  Object.assign(Cart.prototype, { constructor: Cart });
  Object.defineProperty(helper, "name", { value: "renamed" });
  Object.setPrototypeOf(config, Cart.prototype as object);
  const fresh = bindings(restart(instance, program));
  assert.deepEqual(Object.getOwnPropertyDescriptor(fresh.config, "a"), {
    value: 1,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  assert.equal(Object.getOwnPropertyDescriptor(fresh.list, 0)?.get, Math.random);
  assert.ok(Object.prototype.propertyIsEnumerable.call(fresh.Cart.prototype, "constructor"));
  assert.equal(fresh.helper.name, "renamed");
  assert.equal(Object.getPrototypeOf(fresh.config), fresh.Cart.prototype);
});

test("instances of one program share the description of their baseline", () => {
  const [a, b] = [instantiate(program), instantiate(program)];
  assert.equal(baselineOf(a).template, baselineOf(b).template);
  assert.notEqual(baselineOf(a).objects[0], baselineOf(b).objects[0]);
});

test("an object moved away from its place is still itself", () => {
  const instance = instantiate(program);
  const { config } = bindings(instance);
  instance.state.main = config.b;
  config.b = null;
  const copy = restart(instance, program);
  assert.deepEqual(copy.state.main, { deep: [1] });
  assert.equal(bindings(copy).config.b, null);
});

test("the environment of a module's closure keeps its changes", () => {
  const instance = instantiate(program);
  bindings(instance).counter();
  bindings(instance).counter();
  assert.equal(bindings(restart(instance, program)).counter(), 13);
});

test("a module's WeakMap keeps entries for module objects and for objects of the state", () => {
  const instance = instantiate(program);
  const { notes, config, list } = bindings(instance);
  const mine = { mine: true };
  notes.set(mine, "state").set(list, "module");
  notes.set(config, "changed");
  instance.state.main = mine;
  const copy = restart(instance, program);
  const fresh = bindings(copy);
  assert.equal(fresh.notes.get(copy.state.main as object), "state");
  assert.equal(fresh.notes.get(fresh.list), "module");
  assert.equal(fresh.notes.get(fresh.config), "changed");
  notes.delete(config);
  assert.equal(bindings(restart(instance, program)).notes.has(bindings(restart(instance, program)).config), false);
});

test("template objects are one per site", () => {
  const instance = instantiate(program);
  const strings = Object.freeze(
    Object.defineProperty(["a", "b"], "raw", { value: Object.freeze(["a", "b"]) }),
  ) as unknown as TemplateStringsArray;
  instance.templates.set("src/a.ts#f:0", strings);
  instance.state.main = [strings, strings.raw];
  const copy = restart(instance, program);
  const [s, raw] = copy.state.main as [TemplateStringsArray, unknown];
  assert.equal(copy.templates.get("src/a.ts#f:0"), s);
  assert.equal(s.raw, raw);
  assert.deepEqual([...s], ["a", "b"]);
});

test("a module-level structure ten thousand levels deep is named without recursion", () => {
  const deep: Program = ({ module }) => {
    let node: { next: unknown } = { next: null };
    for (let i = 0; i < 10_000; i++) node = { next: node };
    module("d", { node });
  };
  const instance = instantiate(deep);
  let last = instance.modules[0]?.bindings.node as { next: unknown };
  while (last.next !== null) last = last.next as { next: unknown };
  instance.state.main = last;
  last.next = 5;
  const copy = restart(instance, deep);
  assert.equal((copy.state.main as { next: unknown }).next, 5);
});

test("initialisation that gives other objects or values is refused on restore", () => {
  const changing =
    (value: unknown): Program =>
    ({ module }) =>
      module("a", { config: { value } });
  const instance = instantiate(changing(1));
  assert.throws(() => readHeap(instantiate(changing(2)), textOf(instance)), {
    code: "EV5103",
    message: /not deterministic/,
  });
  assert.throws(() => readHeap(instantiate(changing([1])), textOf(instance)), { code: "EV5103" });
  readHeap(instantiate(changing(1)), textOf(instance));
});

test("a program without a needed function is refused by its name", () => {
  const withCode =
    (id: string): Program =>
    ({ code, clo, module }) => {
      const made = code(id, () => () => 1);
      module("a", { make: Math.max, made: () => 1 }, { f: [() => undefined, () => undefined] });
      later = () => clo(made);
    };
  let later: () => unknown = () => undefined;
  const instance = instantiate(withCode("a#f"));
  instance.state.main = later();
  const text = textOf(instance);
  assert.throws(() => readHeap(instantiate(withCode("a#g")), text), { code: "EV5104", message: /a#f/ });
});
