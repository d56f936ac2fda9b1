/**
 * Classes in checkpoints: those made at run time, and private elements. Each test compiles a module, puts what `make()`
 * gives into a state, restores it into a fresh instance and asks both by `ask(value)`.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { lower } from "#compiler/lower/index.js";
import { generateText } from "#compiler/syntax/generate.js";
import { parseModule } from "#compiler/syntax/parse.js";

import { instantiate, type Program, refusalOf, restart, write } from "./support.js";

interface Compiled {
  make(): unknown;
  ask(value: unknown): unknown;
}

/** A program of one module, and how to reach the functions of its latest instance. */
function compile(source: string): { program: Program; latest(): Compiled } {
  const file = parseModule(source, "m.js", "module");
  lower(file, "m.js");
  const code = generateText(file).replace(/^export /gm, "");
  let latest: Compiled | undefined;
  return {
    program: ({ guest }) => {
      const names = Object.keys(guest);
      const run = new Function(...names, `"use strict"; ${code}\nreturn { make, ask };`);
      latest = run(...names.map((name) => Reflect.get(guest, name))) as Compiled;
    },
    latest: () => latest as Compiled,
  };
}

/** What `ask` says before and after a checkpoint; the two must be equal. `mark` counts what must not run again. */
function throughCheckpoint(source: string): unknown {
  const { program, latest } = compile(source);
  const instance = instantiate(program);
  instance.state.main = latest().make();
  const copy = restart(instance, program);
  const restored = latest().ask(copy.state.main);
  // Asked last, because asking may change the original.
  const { program: again, latest: original } = compile(source);
  instantiate(again);
  const expected = original().ask(original().make());
  assert.deepEqual(restored, expected);
  return restored;
}

const cases: Readonly<Record<string, string>> = {
  "a class made at run time keeps its captures, keys and static fields": `
    export function make() { let n = 1; const k = "key"; class A { static s = [n]; [k]() { return ++n; } static { this.t = "set"; } get g() { return n; } } A.s.push(9); return { A, inc: () => ++n, a: new A() }; }
    export function ask({ A, inc, a }) { return [A.name, A.s, A.t, Object.getOwnPropertyNames(A), Object.getOwnPropertyNames(A.prototype), a instanceof A, a.constructor === A, a.key(), inc(), a.g, new A().key()]; }`,
  "static code and field initialisers do not run again": `
    let runs = 0; function mark(v) { runs++; return v; }
    export function make() { class A { static x = mark(1); static { mark(0); } static #p = mark(2); static p() { return this.#p; } #y = mark(3); z = mark(4); constructor(a = mark(5), { b } = { b: mark(6) }) { this.b = b; } y() { return this.#y; } }
      const a = new A(); runs = 0; return { A, a }; }
    export function ask({ A, a }) { return [runs, A.x, A.p(), a.y(), a.z, a.b, Object.keys(a), Object.keys(A)]; }`,
  "inheritance: heritage, super, subclassed built-ins": `
    export function make() { const mix = (B) => class Mixed extends B { who() { return "mixed " + super.who(); } }; class Base { who() { return "base"; } } const M = mix(Base);
      class Counter extends Map { #hits = 0; get(k) { this.#hits++; return super.get(k); } hits() { return this.#hits; } } const c = new Counter([["a", 1]]); c.get("a");
      class Oops extends Error { #code = 7; code() { return this.#code; } } class List extends Array { sum() { return this.reduce((x, y) => x + y, 0); } } class Nothing extends null { static k = 1; }
      return { M, m: new M(), c, e: new Oops("bad"), l: List.of(1, 2, 3), Nothing, Base }; }
    export function ask({ M, m, c, e, l, Nothing, Base }) { c.get("a"); return [m.who(), M.name, Object.getPrototypeOf(M) === Base, c.hits(), c.size, c instanceof Map, e.code(), e.message, e instanceof Error, l.sum(), l.length, Array.isArray(l), Nothing.k, Object.getPrototypeOf(Nothing.prototype)]; }`,
  "private fields hold anything, in circles too": `
    export function make() { class Node { #next; #self = this; #list = [this]; constructor(next) { this.#next = next; } next() { return this.#next; } link(n) { this.#next = n; } self() { return this.#self; } list() { return this.#list; } static is(o) { return #next in o; } #hidden() { return "hidden"; } show() { return this.#hidden(); } take() { return this.#hidden; } }
      const a = new Node(), b = new Node(a); a.link(b); return { a, b, Node, taken: a.take(), frozen: Object.freeze(new Node(1)) }; }
    export function ask({ a, b, Node, taken, frozen }) { return [a.next() === b, b.next() === a, a.self() === a, a.list()[0] === a, Node.is(a), Node.is({}), a.show(), taken === b.take(), taken(), frozen.next(), Object.isFrozen(frozen), Object.keys(a)]; }`,
  "classes of modules and their objects, named and new": `
    class Store { #items = new Map(); #n = 0; static #made = 0; constructor() { Store.#made++; } add(k, v) { this.#items.set(k, v); this.#n++; return this; } get(k) { return this.#items.get(k); } n() { return this.#n; } static made() { return Store.#made; } }
    class Sub extends Store { #extra = "x"; extra(v) { if (v) this.#extra = v; return this.#extra; } }
    const store = new Store(); const sub = new Sub();
    export function make() { store.add("k", { v: 1 }); sub.extra("changed"); return { fresh: new Sub().add(1, 2), moved: Object.setPrototypeOf(new Sub(), Object.create(Sub.prototype)) }; }
    export function ask({ fresh, moved }) { return [store.get("k"), store.n(), sub.extra(), fresh.get(1), fresh.n(), fresh.extra(), Store.made(), moved.extra(), moved.n(), fresh instanceof Sub]; }`,
  "private elements on objects whose prototypes do not tell": `
    class Giver { constructor(o) { return o; } } class Put extends Giver { #p = 1; #q = [this]; pub = 5; static get(o) { return [o.#p, o.#q]; } static set(o, v) { o.#p = v; } }
    class Base { #b = "b"; static get(o) { return o.#b; } } class Der extends Base { #d = "d"; static get(o) { return o.#d; } }
    const named = { named: true }; const early = {}; new Put(early);
    export function make() { const plain = { x: 1 }; new Put(plain); Put.set(plain, 2); const list = [1]; new Put(list); const fn = () => 7; new Put(fn); new Put(named); Put.set(early, 3);
      const moved = new Der(); Object.setPrototypeOf(moved, null); const other = Reflect.construct(Der, [], Map); const set = new Put(new Set([1])); return { plain, list, fn, moved, other, set }; }
    export function ask({ plain, list, fn, moved, other, set }) { const q = (o) => [Put.get(o)[0], Put.get(o)[1][0] === o]; return [q(plain), Object.keys(plain), q(list), list.length, q(fn), fn(), Base.get(moved), Der.get(moved), Object.getPrototypeOf(moved), Base.get(other), Der.get(other), q(set), [...set], q(named), q(early), Object.keys(named), Object.keys(early)]; }`,
  "changed classes: methods replaced, added, taken away, marked": `
    export function make() { class A { m() { return 1; } gone() {} static s() { return "s"; } } const m = A.prototype.m; A.prototype.m = function () { return m.call(this) + 1; }; A.prototype.added = 5; delete A.prototype.gone; A.s.note = "note"; A.extra = A; Object.freeze(A.prototype); return { A, m }; }
    export function ask({ A, m }) { const a = new A(); return [a.m(), m(), A.prototype.added, "gone" in A.prototype, A.s.note, A.extra === A, Object.isFrozen(A.prototype), Object.getOwnPropertyNames(A.prototype), Object.getOwnPropertyNames(A)]; }`,
  "closures in class bodies, with private names and super": `
    export function make() { class A { #v = 1; hi() { return "hi"; } } class B extends A { #w = 2; f = () => this.#w++; g() { return () => super.hi() + this.#w; } static h = () => this.name; make() { const me = this; return class In { v() { return me.#w; } later() { return () => me.#w; } }; } }
      const b = new B(); const In = b.make(); return { b, f: b.f, g: b.g(), h: B.h, In, i: new In(), l: new In().later() }; }
    export function ask({ b, f, g, h, In, i, l }) { f(); b.f(); return [g(), h(), i.v(), l(), i instanceof In, In.name, f === b.f]; }`,
};

for (const [title, source] of Object.entries(cases)) test(title, () => void throughCheckpoint(source));

test("each evaluation of a class is another class", () => {
  const source = `
    export function make() { const f = (n) => class K { #k = n; static of(o) { return #k in o ? o.#k : undefined; } }; const A = f(1), B = f(2); return { A, B, a: new A(), b: new B() }; }
    export function ask({ A, B, a, b }) { return [A.of(a), A.of(b), B.of(a), B.of(b), a instanceof B]; }`;
  assert.deepEqual(throughCheckpoint(source), [1, undefined, undefined, 2, false]);
});

test("the path to what cannot be saved leads through private fields", () => {
  const { program, latest } = compile(`
    export function make() { class A { #shared = new SharedArrayBuffer(8); get() { return this.#shared; } } return { a: new A() }; }
    export function ask() {}`);
  const instance = instantiate(program);
  instance.state.main = latest().make();
  const written = write(instance);
  assert.ok("unserializable" in written);
  assert.match(written.unserializable.path, /\.a → private field$/);
});

test("a native class made outside of compiled code is refused by its name", () => {
  const what = refusalOf(class Odd {}).what;
  assert.match(what, /class Odd/);
});
