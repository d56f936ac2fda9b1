/** Bodies as in shapes.ts, about classes made at run time. */
export const classShapes: Readonly<Record<string, string>> = {
  "classes capture, their methods wait, private names work everywhere": `
    const x = 1; let n = 0;
    class A { #p = 5; static s = () => this.name; f = () => this.#p + x; constructor(a = 2, { b } = { b: 3 }) { this.ab = a + b; }
      get p() { return this.#p; } set p(v) { this.#p = v; }
      m() { return [1, 2].map((k) => k * this.#p); }
      async am(y) { const before = this.#p; this.#p += await wait(y); n++; return [before, this.#p, #p in this, A.name]; }
      static async sm() { await wait(0); return this === A; }
      async #priv() { await wait(1); return this.#p; } callPriv() { return this.#priv(); }
      #sync() { return "sync" + this.#p; } take() { return this.#sync; } call() { return this.#sync(); }
      async ["comp" + x]() { await wait(0); return "c"; }
    }
    await wait(0);
    const a = new A(); log(a.ab, a.p, a.m(), A.name, A.length, a.f());
    log(await a.am(10), await A.sm(), await a.callPriv(), a.call(), a.take().call(a), await a.comp1(), A.s(), a.take().name);
    class B extends A { constructor(...args) { const f = () => this; super(...args); this.q = f() === this; const g = async () => { await wait(0); return super.m() }; this.g = g; }
      async am(z) { const r = await super.am(z); return ["B", ...r, super.call()]; } static async sm() { return ["Bs", await super.sm.call(A)]; }
      arrow() { return (() => super.call())(); } async setS() { super.zz = await wait(4); return Object.hasOwn(this, "zz"); } }
    const b = new B(7); log(b.ab, b.q, await b.am(1), await B.sm(), b.arrow(), await b.setS(), b.zz, await b.g());`,
  "each evaluation makes another class; names of classes": `
    const x = 1; const mk = (k) => class { static k = k; v() { return k; } }; const M1 = mk(1), M2 = mk(2); log(M1.k, M2.k, new M1().v(), new M2().v(), M1.name === "", M1 === M2);
    const anon = class {}; const named = class Inner { static me() { return Inner; } }; log(anon.name, named.name, named.me() === named);
    const d = {}; ({ x: d.y = class {} } = {}); let dd; ({ dd = class {} } = {}); log(d.y.name, dd.name, { [\`a\${x}\`]: 1 }.a1);
    const fs = []; for (let i = 0; i < 3; i++) { class L { static i = i; get() { return i++; } } fs.push(new L()); await wait(0); } log(fs.map((f) => f.get()), fs.map((f) => f.get()));
    class FieldArrow { ["k" + x] = () => 1; static ["s" + x] = class {}; #z = () => 2; z() { return this.#z.name; } } const fa = new FieldArrow(); log(fa.k1.name, FieldArrow.s1.name, fa.z());`,
  "heritage and keys are evaluated in order, outside of the class": `
    try { class Z extends Z {} } catch (e) { log(e.name); } try { class Y { [Y.name]() {} } } catch (e) { log(e.name); }
    try { class Q extends undefined {} } catch (e) { log(e.name); } class N extends null { static t = 1 } log(N.t, Object.getPrototypeOf(N.prototype));
    const order = []; const o = (v) => (order.push(v), v); class E extends o(class {}) { static [o("k1")] = o("v1"); [o("k2")]() {} static { o("block"); } static [o("k3")] = o("v3"); } log(order.map((v) => typeof v === "function" ? "cls" : v));
    class S extends (await wait(Map)) { [await wait("kk")]() { return this.size; } static [await wait("ss")] = 3; } const s = new S([[1, 2]]); log(s.kk(), S.ss, s.get(1));`,
  "private names around waits and in classes inside of classes": `
    class Priv { #a = 1; async go(o) { o?.#a; this.#a++; const k = this.#a += await wait(2); [this.#a] = [await wait(9)]; return [k, this.#a, this?.#a, (await wait(this))?.#a, #a in (await wait(this))]; } static #st = 4; static async st() { await wait(0); return Priv.#st++ + this.#st; } } log(await new Priv().go({ __proto__: null, x: 1 } && new Priv()), await Priv.st());
    class Outer { #o = 1; make() { const self = this; return class In { #i = 2; async both() { await wait(0); return [self.#o, this.#i]; } clos() { return () => self.#o + this.#i; } }; } } const In = new Outer().make(); log(await new In().both(), new In().clos()());`,
  "a class's own name in its heritage, its keys and its body": `
    var probeBefore = () => C2; let probeHeritage, setHeritage, probeKey; try { probeBefore(); } catch (e) { log(e.name); }
    class C2 extends (probeHeritage = () => C2, setHeritage = () => { C2 = null; }, Object) { [(probeKey = () => C2, "k")]() { return C2; } }
    const cls = C2; C2 = null; log(probeBefore(), probeHeritage() === cls, probeKey() === cls, cls.prototype.k() === cls); try { setHeritage(); log("no"); } catch (e) { log(e.name); }
    try { class E extends (() => E)() {} } catch (e) { log(e.name); }
    const X = class Y { static get() { return Y; } static set() { Y = 1; } }; log(X.get() === X, X.name); try { X.set(); } catch (e) { log(e.name); }`,
  "keys that change variables, mixins, classes in switch cases": `
    let cnt = 0; class K { static [\`a\${cnt++}\`] = cnt++; [\`b\${cnt++}\`] = cnt++; constructor() { this.t = new.target === K; } static m() { return () => new.target; } } const kk = new K(); log(Object.keys(K), Object.keys(kk), kk.t, kk.b1, cnt, K.m()());
    class Ret extends (class { constructor(o) { return o; } }) { #s = 5; static get(o) { return o.#s; } } const target = { q: 1 }; new Ret(target); log(Ret.get(target), Object.keys(target));
    const objs = { ["x" + 1]: class { }, y: class { static name = "own"; }, async *z() { yield 1; } }; log(objs.x1.name, objs.y.name);
    function fn() { return class extends this.Base { hi() { return [super.hi(), ...arguments]; } }; } const H = fn.call({ Base: class { hi() { return "hi"; } } }); await wait(0); log(new H().hi(1, 2));
    const mixins = [1, 2, 3].map((n) => (B) => class extends B { async [\`f\${n}\`]() { return n + ((await super[\`f\${n - 1}\`]?.()) ?? 0); } }); const M = mixins.reduce((b, m) => m(b), Object); log(await new M().f3());
    switch (await wait(1)) { case 0: class InCase {} case 1: try { new InCase(); } catch (e) { log(e.name); } }`,
  "private accessors, tags and chains": `
    class P { #x = 1; static t(o) { try { return o.#x; } catch (e) { return e.name; } } static async at(o) { try { await wait(0); return o.#x++; } catch (e) { return e.name; } } static async del(o) { return #x in await wait(o); } } log(P.t({}), await P.at({}), await P.at(new P()), await P.del(new P()), await P.del({}));
    class Getter { get #v() { return this._v; } set #v(x) { this._v = x * 2; } async go() { this.#v = await wait(2); this.#v += await wait(1); this.#v ??= 1; return this.#v; } } log(await new Getter().go());
    class Tag { #t(s, ...v) { return s.raw.join("|") + v.join(); } async go() { return this.#t\`a\${await wait(1)}b\${2}\`; } plain() { return (() => this.#t\`x\${1}y\`)(); } } log(await new Tag().go(), new Tag().plain());
    class Opt { #o = { f(v) { return v + 1; } }; async go(x) { return [x?.#o.f(await wait(1)), x?.#o?.f?.(2), (await wait(null))?.#o.f(await wait(3))]; } } { const o = new Opt(); log(await o.go(o)); }`,
  "super in every kind of assignment; super() in an arrow function": `
    class Sup { static s = "s"; get v() { return this._v; } set v(x) { this._v = x; } } class Sub extends Sup { async up() { super.v = await wait(5); super.v += await wait(1); super["v"]++; return [super.v, this._v]; } static async s2() { return super.s + await wait(1); } clos() { const f = () => { super.v = 9; return super.v; }; return f(); } } log(await new Sub().up(), await Sub.s2(), new Sub().clos());
    class Der extends Sup { constructor() { const late = () => super(); late(); const f = () => this; this.f = f; } } { const d = new Der(); log(d.f() === d); }`,
  "heritage from a generator, static blocks, constructors with defaults": `
    function* gen() { class G extends (yield "heritage") { [yield "key"]() { return super.m(); } static [yield "static"] = 1; } return G; }
    const it = gen(); log(it.next().value, it.next(class { m() { return "m"; } }).value, it.next("kk").value); const G = it.next("ss").value; log(new G().kk(), G.ss, G.name);
    class Keyed { #k = "sec"; async make() { const me = this; return class { [await wait(me.#k)]() { return me.#k; } static [(await wait(0), me.#k + 1)] = await0(me.#k); }; } } function await0(v) { return v + "!"; }
    const KK = await new Keyed().make(); log(new KK().sec(), KK.sec1);
    class Blocks { static { var v = 1; function inc() { return ++v; } let w = 0; const add = () => ++w; this.inc = inc; this.add = add; for (var i = 0; i < 2; i++) this["f" + i] = () => i; } }
    log(Blocks.inc(), Blocks.inc(), Blocks.add(), Blocks.add(), Blocks.f0(), Blocks.f1());
    class Acc { static get [\`g\${1}\`]() { return "g"; } static set [\`g\${1}\`](v) { log("set", v); } get both() { return 1; } set both(v) { log("both", v); } } Acc.g1 = 3; new Acc().both = 4; log(Acc.g1, new Acc().both, JSON.stringify(Object.getOwnPropertyDescriptor(Acc, "g1").enumerable));
    let ticks = 0; class Def { constructor(a = ++ticks, b = () => a, ...r) { this.a = a; this.b = b; this.r = r; } } const d1 = new Def(); await wait(0); log(d1.a, d1.b(), new Def(5, undefined, 1, 2).r, Def.length);
    class Dv extends Def { #z = 1; constructor({ x = await1() } = {}, [y] = [2], ...rest) { super(x, () => y, ...rest); this.z = this.#z; } } function await1() { return "dflt"; } const dv = new Dv(undefined, undefined, 9); log(dv.a, dv.b(), dv.r, dv.z, Dv.length);
    const proto = {}; class Odd { static async prototypeX() {} static ["name"]() { return "nm"; } static length = 7; } log(Odd.name(), Odd.length, typeof proto);
    try { class Bad { static [await wait("prototype")]() {} } } catch (e) { log(e.name); }
    const A1 = class { static #count = 0; static async *[Symbol.asyncIterator]() { while (A1.#count < 2) yield A1.#count++; } }; const seen = []; const ai = A1[Symbol.asyncIterator](); seen.push((await ai.next()).value, (await ai.next()).value, (await ai.next()).done); log(seen);
    class Chain { #n = 0; async add(v) { this.#n += await wait(v); return this; } get n() { return this.#n; } } log((await (await new Chain().add(1)).add(2)).n);
    const err = await (async () => { class E2 extends Error { #c; constructor(m, c) { super(m); this.#c = c; } get c() { return this.#c; } } try { await wait(new E2("boom", 3)); } catch (e) { return [e instanceof E2, e.c, e.message, e.constructor.name]; } })(); log(err);`,
  "super as the target of patterns and loops, and in private methods that are values": `
    class A { m() { return "m" + this.n; } set p(v) { (this.seen ??= []).push(v); } }
    class C extends A { n = 1; #m() { return super.m(); } take() { return this.#m; } call(o) { return this.#m.call(o); }
      async fill(k) { [super.p, ...super[k]] = [await wait(1), 2, 3]; ({ a: super.p, b: super["p"] = 5 } = { a: 4 }); for (super.p of [6, 7]) await wait(0); for (super[k] in { e: 1 }) ; return this.seen; }
      own() { return (() => { [super.p = 9] = []; return this.seen.at(-1); })(); } }
    const c = new C(); await wait(0); log(c.call({ n: 2 }), c.take().call(c), await c.fill("p"), c.own());`,
  "arrow functions before super()": `
    class A { constructor(x) { this.x = x; } hi() { return "hi" + this.x; } }
    class B extends A { y = 2; constructor(f = () => this.y) { const self = () => this; const later = async (n) => { await wait(0); return [this.x + n, super.hi(), new.target.name, f()]; }; const make = (...args) => super(...args); try { self(); } catch (e) { log(e.name); } make(await0()); this.self = self; this.later = later; try { make(3); } catch (e) { log(e.name); } } }
    function await0() { return 1; } const b = new B(); await wait(0); log(b.self() === b, await b.later(4), b.x);
    class C extends A { constructor(tell) { tell(async () => { await wait(0); return this.x; }); if (tell.fail) throw new RangeError("no"); super(5); } }
    let later; const c = new C((f) => { later = f; }); log(await later()); try { new C(Object.assign((f) => { later = f; }, { fail: true })); } catch (e) { log(e.name); } try { await later(); } catch (e) { log(e.name); }`,
  "private names in computed keys and of setters alone": `
    let get, test, later, call, inner; class K { #v = 1; #m(a) { return this.#v + a; } static #s = 7; [(get = (o) => o.#v++, test = (o) => #v in o, "a")] = 1;
      [(later = async (o, n) => { await wait(0); o.#v += await wait(n); [o.#v] = [o.#v * 2]; return o?.#v; }, call = (o) => o.#m(5), "b")] = 2; static [(inner = class { #m = 3; both(o) { return [this.#m, o.#v, K.#s]; } }, "c")] = 3; }
    const k = new K(); log(get(k), get(k), test(k), test({}), await later(k, 4), call(k), new inner().both(k), K.c, k.a, k.b); try { get({}); } catch (e) { log(e.name); }
    try { class Early { #x = 1; [((o) => o.#x)({})]; } } catch (e) { log(e.name); }
    class S { set #w(v) { this.got = v; } go() { this.#w = 4; return [#w in this, #w in {}, this.got]; } read() { return this.#w; } } await wait(0); log(new S().go()); try { new S().read(); } catch (e) { log(e.name); }`,
};
