/**
 * Random graphs of every kind survive a checkpoint; damaged texts never do harm; work is linear.
 * Method: seeded generators, a graph comparison, and the canonical text as a second oracle (`restart`).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readHeap } from "#runtime/guest/heap/read.js";
import { Writer } from "#runtime/guest/heap/rows/writer.js";
import { Fault } from "#runtime/protocol/fault.js";
import { assertSameGraph, attempt, randomGraph, randomOf } from "./random.js";
import { bootRealm, instantiate, restart, roundTrip, textOf } from "./support.js";

// Before any object is made, as in a realm: what is known about objects is noted by the overrides.
bootRealm();

test("two hundred random graphs come back the same", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomOf(seed);
    const graph = randomGraph(random, 5 + random(60));
    const copy = roundTrip(graph);
    try {
      assertSameGraph(graph, copy);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

test("random module state with random changes comes back the same", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const program =
      (s: number) =>
      ({ module }: { module(id: string, bindings: Record<string, unknown>): void }) =>
        module("m", { graph: randomGraph(randomOf(s), 30) });
    const instance = instantiate(program(seed));
    const graph = instance.modules[0]?.bindings.graph as object[];
    const random = randomOf(seed + 1000);
    const extra = randomGraph(random, 10) as object[];
    for (let i = 0; i < 30; i++) {
      attempt(() =>
        change(random, graph[random(30)] as object, random(2) === 0 ? graph[random(30)] : extra[random(10)]),
      );
    }
    instance.state.main = { extra, some: graph[3] };
    const copy = restart(instance, program(seed));
    try {
      assertSameGraph([graph, instance.state], [copy.modules[0]?.bindings.graph, copy.state]);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

function change(random: (limit: number) => number, target: object, value: unknown): void {
  if (target instanceof Map && random(2) === 0) target.set(random(4), value);
  else if (target instanceof Set && random(2) === 0) target.add(value);
  else if (random(3) === 0) Reflect.deleteProperty(target, ["a", "b", "7", "c"][random(4)] as string);
  else {
    const key = ["a", "b", "x", "y"][random(4)] as string;
    Reflect.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: random(2) === 0 });
  }
}

test("a list of a hundred thousand nodes and a hundred thousand nested arrays need no stack", () => {
  let list: unknown = null;
  for (let i = 0; i < 100_000; i++) list = { next: list, i };
  let nested: unknown[] = [];
  for (let i = 0; i < 100_000; i++) nested = [nested];
  let chain: object = {};
  for (let i = 0; i < 20_000; i++) chain = Object.create(chain) as object;
  const copy = roundTrip({ list, nested, chain });
  let length = 0;
  for (let node = copy.list as { next: unknown } | null; node !== null; node = node.next as typeof node) length++;
  assert.equal(length, 100_000);
});

test("work is proportional to the number of objects: each is referred to and read a fixed number of times", () => {
  const counts = [1000, 10_000].map((size) => {
    let references = 0;
    const original = Writer.prototype.reference;
    Writer.prototype.reference = function counted(this: Writer, ...args) {
      references++;
      return Reflect.apply(original, this, args);
    };
    try {
      const instance = instantiate();
      instance.state.main = Array.from({ length: size }, (_, i) => ({ i, self: [i], map: new Map([[i, {}]]) }));
      textOf(instance);
    } finally {
      Writer.prototype.reference = original;
    }
    return references;
  });
  assert.ok((counts[1] ?? 0) < (counts[0] ?? 0) * 10.5, String(counts));
});

test("a damaged text is refused with a fault or read as some state, and never leaves the instance half changed", () => {
  const random = randomOf(7);
  const source = instantiate();
  source.state.main = randomGraph(randomOf(3), 40);
  const text = textOf(source);
  let refused = 0;
  const feed = (damaged: string): void => {
    const instance = instantiate();
    const before = instance.state;
    try {
      readHeap(instance, damaged);
    } catch (error) {
      refused++;
      assert.ok(error instanceof Fault, String(error instanceof Error ? error.stack : error));
      assert.match(error.code, /^EV510[1-4]$/);
      assert.equal(instance.state, before);
    }
  };
  for (let i = 0; i < 200; i++) feed(text.slice(0, random(text.length)));
  assert.equal(refused, 200, "every cut is noticed");
  for (let i = 0; i < 2000; i++) {
    const at = random(text.length);
    const letter = '0123456789,-[]"{}x'.charAt(random(18));
    feed(text.slice(0, at) + letter + text.slice(at + 1));
  }
  for (let i = 0; i < 1000; i++) feed(mutateNumber(text, random));
  assert.ok(refused > 1500, `${refused} refused`);
});

/** Replaces one number of the tape by another. */
function mutateNumber(text: string, random: (limit: number) => number): string {
  const parsed = JSON.parse(text) as [number, string, unknown[], number[], number[]];
  const tape = parsed[3];
  tape[random(tape.length)] = random(2) === 0 ? random(200) : -random(40);
  return JSON.stringify(parsed);
}

test("texts of other kinds are refused with their reason", () => {
  const read = (text: string) => () => readHeap(instantiate(), text);
  assert.throws(read(""), { code: "EV5101" });
  assert.throws(read("{}"), { code: "EV5101" });
  assert.throws(read("[]"), { code: "EV5101" });
  assert.throws(read("[5]"), { code: "EV5102", message: /format 5/ });
  assert.throws(read('[4,"",[],[],[],[]]'), { code: "EV5101" });
  assert.throws(read('[4,"other",[],[0,0],[],[]]'), { code: "EV5103" });
});
