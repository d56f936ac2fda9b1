/**
 * What cannot be saved is refused with what it is and the shortest way to it; nothing else happens.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Frame } from "#runtime/guest/frame.js";

import { GPromise } from "#runtime/guest/promise.js";
import { type Code, makeClosure } from "#runtime/guest/registry.js";
import { instantiate, type Program, refusalOf, textOf, write } from "./support.js";

const program: Program = ({ code, module }) => {
  code("src/a.ts#checkout", null, () => undefined);
  code("src/a.ts#inner", () => () => 1);
  module("src/a.ts", { config: { list: [] }, byName: new Map() }, variable());
};

function variable(): Record<string, readonly [() => unknown, (v: unknown) => void]> {
  let current: unknown;
  return {
    current: [
      () => current,
      (v) => {
        current = v;
      },
    ],
  };
}

test("kinds that cannot be saved are named", () => {
  const cases: [unknown, RegExp][] = [
    [function foreign() {}, /an unregistered function foreign/],
    [class Late {}, /the unregistered class Late/],
    [[1].values(), /a native array iterator/],
    [new Map().entries(), /a native Map iterator/],
    [new SharedArrayBuffer(8), /a native SharedArrayBuffer/],
    [(async () => 1)(), /a native Promise/],
  ];
  for (const [value, what] of cases) assert.match(refusalOf({ value }).what, what);
});

test("the path starts at the last frame on the shortest way", () => {
  const instance = instantiate(program);
  const source = new GPromise();
  const code = instance.code.get("src/a.ts#checkout") as Code;
  const outer: Frame = [code, 0, new GPromise(), undefined, [], "x"];
  const promise = new GPromise();
  const inner: Frame = [code, 2, promise, undefined, [], 1, 2, 3, { socket: { odd: new Map([["k", () => 1]]) } }];
  GPromise.react(source, inner);
  GPromise.react(promise, outer);
  instance.state.operations.set(4, source);
  const written = write(instance);
  assert.ok("unserializable" in written);
  assert.equal(written.unserializable.path, 'frame src/a.ts#checkout@2 → slot 3 → .socket → .odd → .get("k")');
});

test("captures and bound values are named on the way", () => {
  const instance = instantiate(program);
  const closure = makeClosure(instance.code.get("src/a.ts#inner") as Code, [1, { f: () => 1 }]);
  const code = instance.code.get("src/a.ts#checkout") as Code;
  const frame: Frame = [code, 0, new GPromise(), closure.bind(null), []];
  instance.state.main = frame;
  const written = write(instance);
  assert.ok("unserializable" in written);
  assert.equal(written.unserializable.path, "frame src/a.ts#checkout@0 → this → bound function → capture 1 → .f");
});

test("module state is named by its variable or binding", () => {
  const path = (change: (bindings: Record<string, unknown>, set: (v: unknown) => void) => void): string => {
    const instance = instantiate(program);
    const module = instance.modules[0];
    change(module?.bindings ?? {}, module?.variables.current?.[1] ?? (() => undefined));
    const written = write(instance);
    assert.ok("unserializable" in written);
    return written.unserializable.path;
  };
  assert.equal(
    path((_, set) => set({ f: () => 1 })),
    "src/a.ts#current → .f",
  );
  assert.equal(
    path(({ config }) => Object.assign(config as object, { "odd key": () => 1 })),
    'src/a.ts#config → ["odd key"]',
  );
  assert.equal(
    path(({ byName }) => (byName as Map<string, unknown>).set("x", () => 1)),
    'src/a.ts#byName.get("x")',
  );
});

test("the shortest of several ways is told", () => {
  const bad = () => 1;
  const far = { a: { b: { c: { bad } } } };
  assert.equal(refusalOf({ far, near: { bad } }).path, ".main → .near → .bad");
});

test("an opaque object made by module initialisation makes every checkpoint impossible", () => {
  const iterators: Program = ({ module }) => module("src/a.ts", { holder: { it: [1].values() } });
  const instance = instantiate(iterators);
  const written = write(instance);
  assert.ok("unserializable" in written);
  assert.deepEqual(written.unserializable, { path: "src/a.ts#holder.it", what: "a native array iterator" });
});

test("a refused state can be written once the obstacle is gone", () => {
  const instance = instantiate(program);
  instance.state.main = { f: () => 1 };
  assert.ok("unserializable" in write(instance));
  instance.state.main = undefined;
  assert.ok(textOf(instance).length > 0);
});
