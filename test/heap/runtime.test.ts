/**
 * Promises, frames and iterator records go on after a checkpoint as if nothing had happened.
 * Method: the kernel's own operations on both sides; the job queue is drained by hand.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTurn } from "#runtime/guest/current.js";
import { type Frame, frameOf as frameIn, startAsync } from "#runtime/guest/frame.js";
import type { Instance } from "#runtime/guest/instance.js";
import { installIteratorObjects } from "#runtime/guest/iterator-objects/install.js";
import { IteratorRecord, openIterator, openKeys, stepIterator } from "#runtime/guest/iterators.js";
import { drainJobs } from "#runtime/guest/jobs.js";
import { FULFILLED, GPromise, REJECTED } from "#runtime/guest/promise.js";
import { PromiseConstructor } from "#runtime/guest/promise-constructor.js";
import type { Code } from "#runtime/guest/registry.js";
import { resolvingFunctions } from "#runtime/guest/resolve.js";
import type { StepFunction } from "#runtime/protocol/helpers.js";
import { bootRealm, instantiate, type Program, restart, textOf } from "./support.js";

bootRealm();

/** Lets an instance run code: `work`, then its promise jobs. */
function turn(instance: Instance, work: () => void): void {
  setTurn({ instance, phase: "run", commands: [], logs: [], scope: undefined, fault: undefined });
  work();
  drainJobs();
  setTurn(undefined);
}

/** `async function sum(list, source) { let total = 0; for (const x of list) total += x * await source; return total; }` */
const sum: StepFunction = (f, mode, value) => {
  const frame = frameIn(f);
  if (mode === 2) throw value;
  let [list, source, iterator, total, x] = frame.slice(5) as [number[], unknown, IteratorRecord, number, number];
  if (frame[1] === 0) {
    iterator = openIterator(list);
    total = 0;
  } else {
    total += x * (value as number);
  }
  if (!stepIterator(iterator)) return total;
  x = iterator.value as number;
  frame.length = 5;
  frame.push(list, source, iterator, total, x);
  frame[1] = 1;
  return GPromise.park(frame, source);
};

const program: Program = ({ code, module }) => {
  code("a#sum", null, sum);
  code(
    "a#log",
    ([log]) =>
      (v: unknown) =>
        (log as unknown[]).push(v),
  );
  module("a", {});
};

function frameOf(instance: Instance, ...args: unknown[]): Frame {
  return [instance.code.get("a#sum") as Code, 0, undefined, undefined, ["captured"], ...args];
}

test("the fields of iterator records and promises are the ones that are saved", () => {
  const record = new IteratorRecord("array", []);
  assert.deepEqual(Object.keys(record).sort(), [
    "done",
    "iterator",
    "keys",
    "kind",
    "next",
    "position",
    "source",
    "value",
  ]);
  assert.deepEqual(Object.keys(GPromise.inspect(new GPromise())).sort(), [
    "handled",
    "origin",
    "reactions",
    "state",
    "value",
  ]);
});

test("a frame restored at every suspension gives the result of an undisturbed run", () => {
  let instance = instantiate(program);
  const list = [1, 2, 3, 4];
  let source = new GPromise();
  turn(instance, () => {
    instance.state.operations.set(1, source);
    instance.state.main = startAsync(frameOf(instance, list, source));
  });
  for (let i = 0; i < list.length; i++) {
    instance = restart(instance, program);
    source = instance.state.operations.get(1) as GPromise;
    turn(instance, () => {
      if (GPromise.stateOf(source) === 0) GPromise.settle(source, FULFILLED, 10);
    });
  }
  const main = instance.state.main as GPromise;
  assert.equal(GPromise.stateOf(main), FULFILLED);
  assert.equal(GPromise.valueOf(main), 100);
});

test("promises keep state, value, reactions, and their resolving functions", () => {
  let instance = instantiate(program);
  const log: unknown[] = [];
  const promise = new GPromise();
  const { resolve } = resolvingFunctions(promise);
  turn(instance, () => {
    const handler = { id: "a#log" };
    const code = instance.code.get(handler.id) as Code;
    const then = Reflect.get(promise, "then") as (f: unknown) => unknown;
    const fn = code.make?.([log], code);
    assert.ok(fn);
    instance.state.main = [log, resolve, Reflect.apply(then, promise, [])];
    const rejected = new GPromise();
    GPromise.handle(rejected, undefined, undefined);
    GPromise.settle(rejected, REJECTED, new RangeError("no"));
    (instance.state.main as unknown[]).push(rejected, new PromiseConstructor(() => undefined));
  });
  instance = restart(instance, program);
  const [, settle, derived, rejected, pending] = instance.state.main as [
    unknown,
    (v: unknown) => void,
    GPromise,
    GPromise,
    GPromise,
  ];
  assert.equal(GPromise.stateOf(rejected), REJECTED);
  assert.ok(GPromise.valueOf(rejected) instanceof RangeError);
  assert.ok(GPromise.isHandled(rejected));
  assert.equal(GPromise.stateOf(pending), 0);
  turn(instance, () => settle("v"));
  assert.equal(GPromise.valueOf(derived), "v");
  turn(instance, () => settle("twice"));
  assert.equal(GPromise.valueOf(derived), "v");
});

test("iterator records go on where they were", () => {
  installIteratorObjects();
  const map = new Map([
    ["a", 1],
    ["b", 2],
    ["c", 3],
    ["d", 4],
  ]);
  const records = {
    array: openIterator([1, 2, 3]),
    string: openIterator("a\u{1f600}b"),
    keys: openKeys({ x: 1, y: 2, z: 3 }),
    map: openIterator(map),
    set: openIterator(new Set([1, 2, 3])),
    entries: openIterator([7, 8, 9].entries()),
  };
  for (const record of Object.values(records)) for (let i = 0; i < 2; i++) stepIterator(record);
  map.delete("a");
  const instance = instantiate(program);
  instance.state.main = { records, map };
  const copy = restart(restart(instance, program), program).state.main as { records: typeof records; map: typeof map };
  const rest = (record: IteratorRecord): unknown[] => {
    const values: unknown[] = [];
    while (stepIterator(record)) values.push(record.value);
    return values;
  };
  for (const which of [copy, { records, map }]) {
    which.map.set("e", 5);
    assert.deepEqual(rest(which.records.map), [
      ["c", 3],
      ["d", 4],
      ["e", 5],
    ]);
    assert.deepEqual(rest(which.records.array), [3]);
    assert.deepEqual(rest(which.records.string), ["b"]);
    assert.deepEqual(rest(which.records.keys), ["z"]);
    assert.deepEqual(rest(which.records.set), [3]);
    assert.deepEqual(rest(which.records.entries), [[2, 9]]);
  }
});

test("ten thousand parked frames are written and restored, and the text grows in proportion", () => {
  const lengths = [1000, 10_000].map((count) => {
    const instance = instantiate(program);
    turn(instance, () => {
      for (let i = 0; i < count; i++) {
        const source = new GPromise();
        instance.state.operations.set(i, source);
        startAsync(frameOf(instance, [i], source));
      }
    });
    restart(instance, program);
    return textOf(instance).length;
  });
  assert.ok((lengths[1] ?? 0) < (lengths[0] ?? 0) * 13, String(lengths));
});
