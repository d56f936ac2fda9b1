/**
 * Iterators that user code holds go on after a checkpoint where they were, over the collection that they came from; and
 * so does the instance that goes on without being restored.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { installIteratorObjects } from "#runtime/guest/iterator-objects/install.js";
import { iterate } from "#runtime/guest/iterator-objects/open.js";
import { randomOf } from "./random.js";
import { bootRealm, instantiate, type Program, restart, textOf } from "./support.js";

installIteratorObjects();
bootRealm();

type Held = IterableIterator<unknown>;
const open = (iterable: unknown): Held => iterate(iterable, Symbol.iterator) as Held;
const take = (iterator: Held, count: number): unknown[] =>
  Array.from({ length: count }, () => iterator.next()).map(({ value }) => value as unknown);
const rest = (iterator: Held): unknown[] => Array.from(iterator);

/** `check` for the state after two checkpoints, and for the state itself, which writing must not have changed. */
function bothWays<T>(state: T, check: (state: T) => void, program?: Program): void {
  const instance = instantiate(program);
  instance.state.main = state;
  const copy = restart(restart(instance, program), program).state.main as T;
  check(copy);
  check(state);
}

test("iterators of arrays, typed arrays, strings and matches keep their position and prototype", () => {
  const list = ["a", "b", "c"];
  const bytes = new Uint8Array([1, 2, 3]);
  const state = {
    list,
    bytes,
    values: list.values(),
    keys: list.keys(),
    entries: list.entries(),
    implicit: open(list),
    ofBytes: bytes.entries(),
    implicitBytes: open(bytes),
    text: open("a\u{1f600}bc"),
    matches: "a1b2c3".matchAll(/[a-z](\d)/g),
  };
  const held: Held[] = [state.values, state.keys, state.entries, state.implicit, state.ofBytes, state.implicitBytes];
  for (const iterator of [...held, state.text]) take(iterator, 2);
  take(state.matches as Held, 1);
  bothWays(state, (all) => {
    all.list.push("d");
    all.bytes[2] = 9;
    assert.deepEqual(rest(all.values), ["c", "d"]);
    assert.deepEqual(rest(all.keys), [2, 3]);
    assert.deepEqual(rest(all.entries), [
      [2, "c"],
      [3, "d"],
    ]);
    assert.deepEqual(rest(all.implicit), ["c", "d"]);
    assert.deepEqual(rest(all.ofBytes), [[2, 9]]);
    assert.deepEqual(rest(all.implicitBytes), [9]);
    assert.deepEqual(rest(all.text), ["b", "c"]);
    assert.deepEqual(
      Array.from(all.matches, (match) => match[1]),
      ["2", "3"],
    );
    assert.equal(Object.getPrototypeOf(all.values), Object.getPrototypeOf([].keys()));
    assert.equal(Object.prototype.toString.call(all.text), "[object String Iterator]");
  });
});

test("several iterators of one Map keep their positions, whatever has been deleted", () => {
  const map = new Map(["a", "b", "c", "d", "e"].map((key, index) => [key, index]));
  const state = {
    map,
    atStart: map.keys(),
    at2: map.values(),
    at3: map.entries(),
    again3: open(map),
    atEnd: map.keys(),
  };
  take(state.at2, 2);
  take(state.at3, 3);
  take(state.again3, 3);
  rest(state.atEnd);
  map.delete("a");
  map.delete("d");
  bothWays(state, (all) => {
    assert.deepEqual([...all.map.keys()], ["b", "c", "e"]);
    all.map.set("f", 5);
    assert.deepEqual(rest(all.atStart), ["b", "c", "e", "f"]);
    assert.deepEqual(rest(all.at2), [2, 4, 5]);
    assert.deepEqual(rest(all.at3), [
      ["e", 4],
      ["f", 5],
    ]);
    assert.deepEqual(rest(all.again3), [
      ["e", 4],
      ["f", 5],
    ]);
    assert.deepEqual(rest(all.atEnd), []);
  });
});

test("iterators of a Set that has been cleared, of an empty one and of one that holds its own iterator", () => {
  const cleared = new Set([1, 2, 3]);
  const ofCleared = cleared.values();
  take(ofCleared, 2);
  cleared.clear();
  const own = new Set<unknown>([1]);
  const ofOwn = own.entries();
  own.add(ofOwn);
  bothWays({ cleared, ofCleared, own, ofOwn, empty: new Set().values() }, (all) => {
    all.cleared.add(4).add(1);
    assert.deepEqual(rest(all.ofCleared), [4, 1]);
    assert.deepEqual(take(all.ofOwn, 1), [[1, 1]]);
    assert.equal((take(all.ofOwn, 1)[0] as unknown[])[0], all.ofOwn);
    assert.deepEqual(rest(all.empty), []);
  });
});

test("finished iterators stay finished, though their collection has grown", () => {
  const list = [1];
  const map = new Map([[1, 1]]);
  const state = { list, map, ofList: list.values(), ofMap: map.values(), text: open("x") };
  for (const iterator of [state.ofList, state.ofMap, state.text]) rest(iterator);
  bothWays(state, (all) => {
    all.list.push(2);
    all.map.set(2, 2);
    for (const iterator of [all.ofList, all.ofMap, all.text]) assert.deepEqual(rest(iterator), []);
  });
});

test("accessors among an array's elements see the array", () => {
  const list: unknown[] = [1];
  Object.defineProperty(list, 1, { get: () => "got", enumerable: true, configurable: true });
  Object.defineProperty(list, 2, {
    get(this: unknown) {
      return this === list;
    },
  });
  assert.deepEqual(rest(list.values()), [1, "got", true]);
});

test("an array iterator that module initialisation made is at the place where the execution left it", () => {
  const program: Program = ({ module }) => {
    const list = [1, 2, 3, 4];
    const shared = list.values();
    take(shared, 1);
    module("a", { list, shared });
  };
  const instance = instantiate(program);
  const sharedOf = ({ modules }: typeof instance): Held => modules[0]?.bindings.shared as Held;
  assert.deepEqual(take(sharedOf(instance), 2), [2, 3]);
  const copy = restart(instance, program);
  assert.deepEqual(rest(sharedOf(copy)), [4]);
});

/** Collections of each kind and iterators of them. */
interface World {
  readonly map: Map<number, number>;
  readonly set: Set<number>;
  readonly list: number[];
  readonly iterators: Held[];
}

type Action = (world: World) => unknown;

function newWorld(): World {
  return { map: new Map(), set: new Set(), list: [], iterators: [] };
}

const ACTIONS: readonly ((a: number, b: number) => Action)[] = [
  (a, b) => (world) => void world.map.set(a, b),
  (a) => (world) => world.map.delete(a),
  (a) => (world) => void world.set.add(a),
  (a) => (world) => world.set.delete(a),
  (a) => (world) => world.list.push(a),
  (a, b) => (world) => world.list.splice(a, 1, ...(b % 2 === 0 ? [] : [b, b])),
  (a) => (world) => a < 2 && [world.map, world.set][a]?.clear(),
  (a, b) => (world) => {
    const source = [world.map, world.set, world.list][a % 3] as World["map"];
    return world.iterators.push(source[(["keys", "values", "entries"] as const)[b % 3] ?? "keys"]());
  },
];
const step =
  (place: number): Action =>
  ({ iterators }) =>
    iterators.length === 0 ? undefined : iterators[place % iterators.length]?.next();

/** One thing that is done to a world: half of the time an iterator makes a step. */
function actionOf(random: (limit: number) => number): Action {
  if (random(2) === 0) return step(random(100));
  const choose = ACTIONS[random(ACTIONS.length)] as (typeof ACTIONS)[number];
  return choose(random(7), random(7));
}

test("whatever is done to collections between checkpoints, their iterators go on as if there had been none", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const program: Program = ({ module }) => {
      const random = randomOf(seed);
      const world = newWorld();
      for (let i = random(40); i > 0; i--) actionOf(random)(world);
      module("m", { world });
    };
    let instance = instantiate(program);
    instance.state.main = newWorld();
    const twin = instantiate(program);
    twin.state.main = newWorld();
    const random = randomOf(seed + 1000);
    for (let i = 0; i < 60; i++) {
      const action = actionOf(random);
      const worldOf: (each: typeof instance) => World =
        random(2) === 0 ? ({ state }) => state.main as World : ({ modules }) => modules[0]?.bindings.world as World;
      assert.deepEqual(action(worldOf(instance)), action(worldOf(twin)), `seed ${seed}, action ${i}`);
      const next = random(12);
      if (next === 0) instance = restart(instance, program);
      if (next === 1) textOf(instance);
    }
    for (const worldOf of [
      (each: typeof instance) => each.state.main,
      (each: typeof instance) => each.modules[0]?.bindings.world,
    ]) {
      const [world, other] = [worldOf(instance) as World, worldOf(twin) as World];
      assert.deepEqual(world.iterators.map(rest), other.iterators.map(rest), `seed ${seed}, at the end`);
    }
  }
});

if ("Iterator" in globalThis) {
  interface Helpers extends Held {
    drop(count: number): Helpers;
    take(count: number): Helpers;
    map(mapper: unknown): Helpers;
    filter(predicate: unknown): Helpers;
    flatMap(mapper: unknown): Helpers;
  }
  const IteratorClass = Reflect.get(globalThis, "Iterator") as {
    from(value: unknown): Helpers;
    concat(...values: unknown[]): Helpers;
  };

  test("iterator helpers and wrapped iterators go on", () => {
    const list = [1, 2, 3, 4, 5, 6];
    const held = (): Helpers => list.values() as unknown as Helpers;
    // A function of the language itself, because those of this file are not registered.
    const state = {
      list,
      map: held().map(String),
      filter: held().filter(Number.isInteger),
      drop: held().drop(2),
      take: held().take(4),
      flatMap: held().flatMap(Array.of),
      concat: IteratorClass.concat(list, new Set(["x", "y"])),
      wrapped: IteratorClass.from({ next: held().next.bind(list.keys()) }),
      unbegun: held().drop(5),
    };
    const counts: [Helpers, number][] = [
      [state.map, 4],
      [state.filter, 5],
      [state.drop, 2],
      [state.take, 3],
      [state.flatMap, 1],
      [state.concat, 7],
      [state.wrapped, 4],
    ];
    for (const [helper, count] of counts) take(helper, count);
    bothWays(state, (all) => {
      assert.deepEqual(rest(all.map), ["5", "6"]);
      assert.deepEqual(rest(all.filter), [6]);
      assert.deepEqual(rest(all.drop), [5, 6]);
      assert.deepEqual(rest(all.take), [4]);
      assert.deepEqual(rest(all.flatMap), [0, 2, 1, 3, 2, 4, 3, 5, 4, 6, 5]);
      assert.deepEqual(rest(all.concat), ["y"]);
      assert.deepEqual(rest(all.wrapped), [4, 5]);
      assert.deepEqual(rest(all.unbegun), [6]);
    });
  });
}
