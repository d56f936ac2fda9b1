/**
 * Disposable stacks, an asynchronous disposal under way and a call of Array.fromAsync go on after a checkpoint.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTurn } from "#runtime/guest/current.js";
import { asyncDisposableStacks, disposableStacks, installDisposableStacks } from "#runtime/guest/disposable-stack.js";
import { installFromAsync } from "#runtime/guest/from-async.js";
import { installDispose } from "#runtime/guest/globals/dispose.js";
import type { Instance } from "#runtime/guest/instance.js";
import { drainJobs } from "#runtime/guest/jobs.js";
import { FULFILLED, GPromise } from "#runtime/guest/promise.js";
import type { Code } from "#runtime/guest/registry.js";
import { makeClosure } from "#runtime/guest/registry.js";
import { bootRealm, instantiate, type Program, restart } from "./support.js";

installDispose();
installDisposableStacks();
installFromAsync();
bootRealm();

const program: Program = ({ code, module }) => {
  code("a#log", ([log, what, result]) => () => {
    (log as unknown[]).push(what);
    return result;
  });
  module("a", {});
};

function turn(instance: Instance, work: () => void): void {
  setTurn({ instance, phase: "run", commands: [], logs: [], scope: undefined, fault: undefined });
  work();
  drainJobs();
  setTurn(undefined);
}

function call(object: object, method: string, ...args: unknown[]): unknown {
  return Reflect.apply(Reflect.get(object, method) as (...given: unknown[]) => unknown, object, args);
}

function logger(instance: Instance, log: unknown[], what: string, result?: unknown): unknown {
  return makeClosure(instance.code.get("a#log") as Code, [log, what, result]);
}

const newStack = (name: string): object => Reflect.construct(Reflect.get(globalThis, name) as () => void, []);

test("a stack keeps its resources and whether it has been disposed of", () => {
  let instance = instantiate(program);
  const log: unknown[] = [];
  const spent = newStack("DisposableStack");
  const open = newStack("DisposableStack");
  call(spent, "dispose");
  call(open, "defer", logger(instance, log, "first"));
  call(open, "adopt", 1, logger(instance, log, "second"));
  instance.state.main = [log, spent, open];
  instance = restart(instance, program);
  const [logged, first, second] = instance.state.main as [unknown[], object, object];
  assert.equal(Reflect.get(first, "disposed"), true);
  assert.equal(Reflect.get(second, "disposed"), false);
  assert.equal(disposableStacks.stateOf(second)?.resources.list.length, 2);
  assert.throws(() => call(first, "defer", () => undefined), ReferenceError);
  call(second, "dispose");
  assert.deepEqual(logged, ["second", "first"]);
});

test("an asynchronous disposal that waits goes on", () => {
  let instance = instantiate(program);
  turn(instance, () => {
    const log: unknown[] = [];
    const gate = new GPromise();
    const stack = newStack("AsyncDisposableStack");
    call(stack, "defer", logger(instance, log, "last"));
    call(stack, "defer", logger(instance, log, "waits", gate));
    instance.state.main = [log, gate, call(stack, "disposeAsync"), stack];
  });
  instance = restart(instance, program);
  const [log, gate, done, stack] = instance.state.main as [unknown[], GPromise, GPromise, object];
  assert.deepEqual(log, ["waits"]);
  assert.equal(asyncDisposableStacks.stateOf(stack)?.disposed, true);
  turn(instance, () => GPromise.settle(gate, FULFILLED, undefined));
  assert.deepEqual(log, ["waits", "last"]);
  assert.equal(GPromise.stateOf(done), FULFILLED);
});

test("Array.fromAsync goes on from the element that it waits for", () => {
  let instance = instantiate(program);
  turn(instance, () => {
    const gates = [new GPromise(), new GPromise()];
    instance.state.main = [gates, call(Array, "fromAsync", [1, ...gates])];
  });
  for (let i = 0; i < 2; i++) {
    instance = restart(instance, program);
    const [gates] = instance.state.main as [GPromise[]];
    turn(instance, () => GPromise.settle(gates[i] as GPromise, FULFILLED, i + 2));
  }
  const [, result] = instance.state.main as [unknown, GPromise];
  assert.deepEqual(GPromise.valueOf(result), [1, 2, 3]);
});
