/**
 * Bodies of an async function `(log, wait)`: `log(…)` records, `wait(x)` gives a promise of x (of an error if x is one).
 * Each is run natively and lowered, and must record the same.
 */
export const shapes: Readonly<Record<string, string>> = {
  "operands before an await keep their values": `
    let x = 1; const f = (v) => { log("f", v); return v; };
    log(f(x) + (await wait(x = 5)) + x, x + await wait(10), \`\${x}-\${await wait(x++)}-\${x}\`);`,
  "compound assignments read before they suspend": `
    let n = 1; const o = { n: 1, get k() { log("get k"); return "n"; } };
    n += await wait(n = 10); log(n);
    o[o.k] *= (o.n = 7, await wait(3)); log(o.n);
    let u, v = 0, w = 1; u ??= await wait("u"); v ||= await wait("v"); w &&= await wait("w"); u ??= await wait("no"); log(u, v, w);`,
  "a method is fetched before its arguments": `
    const o = { name: "o", m(v) { return "old " + this.name + v; } };
    log(o.m(await wait((o.m = () => "new", 1)))); log(o.m(2));
    let g = () => "first"; log(g(await wait(g = () => "second")));`,
  "spreads are taken when their turn comes": `
    const xs = [1, 2]; log([...xs, await wait(xs.push(3)), ...xs], Math.max(...xs, await wait(xs.push(9)), ...xs));
    const o = { a: 1 }; log(JSON.stringify({ ...o, b: await wait(o.a = 2), ...o, ["c" + o.a]: await wait(3) }));`,
  "conditions and logic run only what they must": `
    const t = async (v) => { log("t", v); return v; };
    log(await t(0) && await t(1), await t(0) || await t(2), await t(null) ?? await t(3), (await t(1)) ? await t(4) : await t(5));
    if (await t(false)) log("no"); else if (await t(true)) log("yes"); else log("never");`,
  "optional chains stop at the first nullish link": `
    const o = { a: { b(v) { return [this === o.a, v]; } }, n: null };
    log(o?.a.b(await wait(1)), o.n?.a.b(await wait(log("not reached"))), o.x?.[await wait("k")].z, (o.n?.a)?.b);
    log(o.a.c?.(await wait(1)), (await wait(o))?.a.b(2), o["a"]?.["b"]?.(await wait(3)));
    const p = await wait(undefined); log(p?.q.r(await wait(log("no"))));`,
  "per-iteration bindings belong to their closures": `
    const fs = []; for (let i = 0; i < 3; i++) { fs.push(() => i++); await wait(i); i += 0; }
    log(fs.map((f) => f()), fs.map((f) => f()));
    const gs = []; for (const x of [1, 2]) { let y = x; gs.push(() => (y += x)); await wait(0); y *= 10; } log(gs.map((g) => g()), gs.map((g) => g()));
    const hs = []; for (let i = 0, n = 2, get = () => i; i < n; i++) { hs.push(get, () => i + n); await wait(0); } log(hs.map((h) => h()));
    let j = 0; const ks = []; while (j < 2) { const k = j++; let m = k; ks.push(() => [k, m++]); await wait(0); } log(ks.map((k) => k()), ks.map((k) => k()));`,
  "variables shared by closures are one variable": `
    let n = 0; const inc = () => ++n, get = () => n; inc(); await wait(0); n += 10; inc(); log(get(), n);
    function up() { return down(n - 1); } function down(v) { return v <= 0 ? "bottom" : v > 5 ? (n = v, up()) : v; } log(up());
    const fib = (k) => k < 2 ? k : fib(k - 1) + fib(k - 2); log(fib(10), await (async function self(k) { return k ? k + await self(k - 1) : 0; })(4));`,
  "a function's own name that its body declares anew": `
    const o = { m: function m() { const { m, n: other } = this; return [m === o.m, other, typeof m]; }, n: 2 };
    const f = function f(x) { let f = x; const up = () => ++f; up(); return [up(), f]; };
    const g = async function g() { const { g } = await wait({ g: 7 }); await wait(0); return [g, (() => g)()]; };
    const h = function h() { h = 1; return h; var h; }; const p = function p(p) { p++; return p; };
    const q = function q() { function q() { return 3; } return [q(), q.name]; };
    log(o.m(), f(1), await g(), h(), p(1), q(), [o.m, f, g, h, p, q].map(({ name }) => name));`,
  "try, catch and finally in every order": `
    const run = async (how) => {
      try { log("try", how); if (how === 1) throw new Error("one"); if (how === 2) return await wait("ret"); await wait(how === 3 ? new Error("three") : 0); log("after"); }
      catch (e) { log("catch", e.message, await wait("c")); if (how === 3) throw new Error("again"); return "caught"; }
      finally { log("finally", await wait(how)); if (how === 4) return "override"; }
      return "end";
    };
    for (const how of [0, 1, 2, 3, 4]) { try { log(await run(how)); } catch (e) { log("out", e.message); } }`,
  "jumps cross finally blocks": `
    outer: for (let i = 0; i < 3; i++) {
      try { for (let j = 0; j < 3; j++) { try { log(i, j); if (j === 1) continue outer; if (i === 2) break outer; await wait(0); } finally { log("inner", await wait(j)); } } }
      finally { log("outer", await wait(i)); }
    }
    const f = async () => { for (const x of [1, 2]) { try { try { return x; } finally { log("a", await wait(1)); } } finally { log("b", await wait(2)); } } };
    log(await f());
    const g = async () => { for (;;) { try { return 1; } finally { await wait(0); break; } } return 2; }; log(await g());
    const h = async () => { try { throw new Error("lost"); } finally { for (;;) { await wait(0); break; } log("fin"); } }; try { await h(); } catch (e) { log(e.message); }
    block: { log("in"); await wait(0); if (log !== 1) break block; log("never"); } log("out");`,
  "iterators are closed when a loop is left": `
    const make = (name, bad) => ({ [Symbol.iterator]() { let i = 0; return { next: () => (log(name, "next"), { done: i >= 3, value: i++ }), return() { log(name, "return"); if (bad) throw new Error("bad return"); return {}; } }; } });
    for (const x of make("all")) log(x, await wait(x));
    for (const x of make("break")) { await wait(0); if (x === 1) break; }
    a: for (const x of make("outer")) for (const y of make("inner")) { await wait(0); if (y === 1) continue a; if (x === 1) break a; }
    try { for (const x of make("throw", true)) { await wait(0); throw new Error("body"); } } catch (e) { log(e.message); }
    try { for (const x of make("bad", true)) { await wait(0); break; } } catch (e) { log(e.message); }
    log(await (async () => { for (const x of make("ret")) { await wait(0); return "r" + x; } })());`,
  "destructuring with suspensions": `
    const { a = await wait("da"), b: { c = await wait("dc") } = { c: 2 }, ...rest } = { b: undefined, x: 1, y: 2 }; log(a, c, JSON.stringify(rest));
    const [p, , q = await wait("dq"), ...r] = [1, 2, undefined, 4, 5]; log(p, q, r.join());
    const key = "k"; const { [await wait(key)]: v = 9 } = { k: undefined }; log(v);
    const o = {}; [o.x, o[await wait("y")] = 3] = [1]; log(JSON.stringify(o));
    let s, t; [s, t] = await wait([1, 2]); ({ s, t = 5 } = await wait({ s: 3 })); log(s, t);
    try { const { z } = await wait(null); } catch (e) { log(e instanceof TypeError); }
    for (const [k, { n = await wait("dn") }] of [["a", { n: 1 }], ["b", {}]]) log(k, n);`,
  "destructuring into shared variables": `
    let { a, b } = await wait({ a: 1, b: 2 }); const f = () => [a++, b]; b = 5; log(f(), f());
    const gs = []; for (const [k, v] of [["x", 1], ["y", 2]]) { let w = v; gs.push(() => k + v + w++); await wait(0); w += 1; } log(gs.map((g) => g()));
    const hs = []; for (let { n } of [{ n: 1 }, { n: 2 }]) { hs.push(() => n++); await wait(0); n *= 10; } log(hs.map((h) => h()), hs.map((h) => h()));`,
  "a function of very many states falls through all of them": `
    let total = 0; for (const round of [1, 2]) { total += await wait(0); if (total % 7 === 3) total += await wait(1); total += await wait(1); if (total % 7 === 3) total += await wait(1); total += await wait(2); if (total % 7 === 3) total += await wait(1); total += await wait(3); if (total % 7 === 3) total += await wait(1); total += await wait(4); if (total % 7 === 3) total += await wait(1); total += await wait(5); if (total % 7 === 3) total += await wait(1); total += await wait(6); if (total % 7 === 3) total += await wait(1); total += await wait(7); if (total % 7 === 3) total += await wait(1); total += await wait(8); if (total % 7 === 3) total += await wait(1); total += await wait(9); if (total % 7 === 3) total += await wait(1); total += await wait(10); if (total % 7 === 3) total += await wait(1); total += await wait(11); if (total % 7 === 3) total += await wait(1); total += await wait(12); if (total % 7 === 3) total += await wait(1); total += await wait(13); if (total % 7 === 3) total += await wait(1); total += await wait(14); if (total % 7 === 3) total += await wait(1); total += await wait(15); if (total % 7 === 3) total += await wait(1); total += await wait(16); if (total % 7 === 3) total += await wait(1); total += await wait(17); if (total % 7 === 3) total += await wait(1); total += await wait(18); if (total % 7 === 3) total += await wait(1); total += await wait(19); if (total % 7 === 3) total += await wait(1); total += await wait(20); if (total % 7 === 3) total += await wait(1); total += await wait(21); if (total % 7 === 3) total += await wait(1); total += await wait(22); if (total % 7 === 3) total += await wait(1); total += await wait(23); if (total % 7 === 3) total += await wait(1); total += await wait(24); if (total % 7 === 3) total += await wait(1); total += await wait(25); if (total % 7 === 3) total += await wait(1); total += await wait(26); if (total % 7 === 3) total += await wait(1); total += await wait(27); if (total % 7 === 3) total += await wait(1); total += await wait(28); if (total % 7 === 3) total += await wait(1); total += await wait(29); if (total % 7 === 3) total += await wait(1); log(round, total); }`,
  "one variable twice in a pattern": `
    let x = 0; const take = () => { [x, ...x] = [1, 2, 3]; return x; }; await wait(0); log(take(), x); [x, [x]] = [4, [5]]; log(x);`,
  "functions declared in a switch belong to all of its cases": `
    L: for (const v of [1, 2]) { switch (await wait(v)) { case 1: function f() { return g() + v; } case 2: log(f()); continue L; default: function g() { return "g"; } } }`,
  "switch falls through, breaks and shares its scope": `
    const f = async (v) => { const out = []; switch (await wait(v)) { case 0: out.push("zero"); case await wait(1): { out.push("one"); await wait(0); break; } default: out.push("default"); case 3: let s = "three"; out.push(s); await wait(0); } return out.join(); };
    log(await f(0), await f(1), await f(2), await f(3));
    for (const v of [1, 2, 3]) { switch (v) { case 1: continue; case 2: await wait(0); break; default: log("v", v); } log("end", v); }`,
  "for-in sees keys in order and skips deleted ones": `
    const o = { a: 1, b: 2, c: 3 }; for (const k in o) { log(k, await wait(o[k])); }
    for (var k2 in { x: 1 }) await wait(k2); log(k2); for (const k in null) log("never", await wait(0));`,
  "loops of every kind": `
    let i = 0; do { log(i, await wait(i)); if (i === 1) { i++; continue; } } while (await wait(++i < 3));
    for (var j = 0, fs = []; j < 2; j++) { fs.push(() => j); await wait(0); } log(fs.map((f) => f()), j);
    for (let a = await wait(0); a < await wait(2); a += await wait(1)) log("a", a);
    for (;;) { if (await wait(true)) break; } while (true) { if (i++ > 4) break; if (i) await wait(0); } log(i);`,
  "this and methods": `
    const o = { n: 1, async m(v) { this.n += await wait(v); return () => this.n; }, arrow: null };
    log((await o.m(2))()); const f = await o.m(1); o.n = 50; log(f());
    const counter = { n: 0, get twice() { return this.n * 2; }, set twice(v) { this.n = v / 2; }, inc() { return ++this.n; } };
    counter.twice = 8; await wait(0); log(counter.inc(), counter.twice, counter.inc.name, Object.keys(counter).join());`,
  "parameters with defaults, patterns and rest": `
    const f = async (a, { b = 2, c } = { c: 3 }, [d] = [4], ...e) => { await wait(0); return [a, b, c, d, e.join()].join("|"); };
    log(await f(1), await f(1, { c: 1 }, [2], 5, 6), f.length, f.name);
    const g = async (x = y(), z) => x; const y = () => { throw new Error("default"); }; try { await g(); } catch (e) { log(e.message); }
    let n = 1; const h = async (p) => { const inc = () => ++p; inc(); await wait(0); return [inc(), p, n++]; }; log(await h(5), n);`,
  "tagged templates, new, sequence, unary": `
    const tag = (s, ...v) => s.raw.join("_") + v.join(","); log(tag\`a\${await wait(1)}b\\n\${2}\`);
    const C = function (a, b) { this.s = a + b; }; log(new C(await wait(1), 2).s, new (await wait(C))(3, 4).s);
    log((log("first"), await wait("second")), typeof (await wait(1)), !(await wait(0)), -(await wait(2)), void (await wait(3)));
    const o = { k: 1, j: 2 }; log(delete o[await wait("k")], Object.keys(o).join(), (await wait(o)).j++, o.j, ++o[await wait("j")]);`,
  "a loop's variables and a class's name are not there yet where they are declared": `
    const fails = async (f) => { try { await f(); log("nothing"); } catch (e) { log(e.name); } };
    await fails(async () => { for (const x of [await wait(1), x]) log(x); }); await fails(() => { for (let x in { x }) log(x); });
    let probe, inner; const x = "outside"; for (const [x] of (probe = () => typeof x, [["inside"], await wait(["again"])])) inner = () => x;
    await fails(probe); log(x, inner());
    for (const x of [3].map((n) => { let sum = 0; for (let x = 0; x < n; x++) sum += x; { var y = sum; } return y; })) log(await wait(x));
    for (const y of [() => { switch (1) { case 1: let y = 2; return y; } }, () => { var y = 4; return y; }].map((f) => f())) log(await wait(y));
    await fails(() => { class A extends (A ??= Object) {} }); await fails(async () => { class A { [await wait(A)]() {} } });`,
  "a rest element leaves out keys that are numbers": `
    const { 0: a, 1.5: b, 2n: c, [await wait("k")]: d, ...others } = { 0: "a", "1.5": "b", 2: "c", k: "d", 3: "e", x: "f" };
    log(a, b, c, d, JSON.stringify(others));`,
  "an assignment to a constant fails when its turn comes": `
    const fails = async (f) => { try { log(await f()); } catch (e) { log(e.name); } };
    const one = 1, zero = 0, none = null; const ran = (v) => { log("ran", v); return v; };
    await fails(async () => one ||= ran(await wait(2))); await fails(async () => zero &&= ran(await wait(3))); await fails(() => one ??= ran(4));
    await fails(async () => one &&= ran(await wait(5))); await fails(() => none ??= ran(6)); await fails(() => zero += ran(7)); await fails(() => { const a = (a ||= ran(8)); });`,
  "temporal dead zone": `
    try { log(x); await wait(0); let x = 1; } catch (e) { log(e.name); }
    const f = () => late; try { f(); } catch (e) { log(e.name); } const late = await wait("late"); log(f());
    switch (1) { case 0: let s = 1; await wait(s); case 1: try { s; } catch (e) { log(e.name); } }`,
  "shadowed names stay apart": `
    const x = 1; { const x = 2; await wait(0); log(x); { const x = 3; log(x, await wait(x)); } log(x); } log(x);
    for (let x = 0; x < 1; x++) { await wait(0); log(x); } const g = (x) => { { const x = "inner"; log(x); } return x; }; log(g("arg"));
    try { throw 7; } catch (x) { await wait(0); log(x); } const $t0 = "mine", $e1 = "too"; log(await wait($t0) + $e1);`,
  concurrency: `
    const worker = async (id, queue) => { const done = []; for (let x; (x = queue.shift()) !== undefined; ) { log(id, x); done.push(await wait(x * 2)); } return done.length; };
    const q = [1, 2, 3, 4, 5]; log(await Promise.all([0, 1].map((id) => worker(id, q))));
    log(await Promise.all([1, 2, 3].map(async (x) => { const y = await wait(x); return x + y + await wait(1); })));
    log((await Promise.allSettled([wait(1), wait(new Error("no"))])).map((r) => r.status));
    const p = wait(4); log(await p + await p, await p.then((v) => v + 1).finally(() => log("fin")));`,
  "names and lengths": `
    const named = () => 1, f2 = function (a, b) {}; const o = { m() {}, a: () => 0, ["c" + 1]: 1 }; let re; re = () => 2; await wait(0);
    function decl(a, b = 1, c) { return decl.name; } log(named.name, f2.name, f2.length, o.m.name, o.a.name, re.name, decl(), decl.length, (() => 0).name, (async (a) => a).length);`,
  "suspension inside nested blocks and verbatim loops": `
    const out = []; for (const x of [1, 2, 3]) { for (const y of [1, 2]) { if (y === 2) continue; out.push(x * y); } if (x === 2) { await wait(0); continue; } try { if (x === 3) break; } finally { out.push("f"); } }
    log(out.join()); const find = async (xs) => { for (const x of xs) { for (const y of [1, 2]) if (x * y === 4) return [x, y]; await wait(0); } }; log(await find([1, 2, 3]));`,
  "async closures in loops, catch clauses and callbacks": `
    const out = []; const jobs = [];
    for (let i = 0; i < 3; i++) { jobs.push((async () => { await wait(0); i += 10; return i; })()); await wait(0); }
    log(await Promise.all(jobs));
    for (const x of [1, 2]) { try { if (x === 2) throw { x }; await wait(0); } catch (e) { const f = async () => (await wait(1)) + e.x; e = { x: 40 }; out.push(await f()); } }
    let hits = 0; await Promise.all([1, 2, 3].map(async (n) => { for (let k = 0; k < n; k++) { await wait(k); hits += k; } })); log(out, hits);
    const nested = async (a) => async (b) => async (c) => { await wait(0); a += b; return () => (a += c); }; const g = await (await (await nested(1))(2))(3); log(g(), g());`,
  "hoisted functions, in blocks and loops": `
    log(early(1)); async function late(n) { return n ? early(n) + await late(n - 1) : 0; } function early(n) { return n * factor; } var factor = 10; log(await late(3));
    { function inner() { return "block " + v; } let v = await wait(1); log(inner()); v = 2; log(inner()); }
    const fs = []; for (const x of [1, 2]) { function get() { return x + y; } let y = await wait(x * 10); fs.push(get); } log(fs.map((f) => f()));`,
  "arguments, this and arrows in plain functions": `
    function f(a) { const g = () => [this.n, arguments.length, a]; return g; } const r = f.call({ n: 5 }, 1, 2); await wait(0); log(r());
    function K(v) { this.v = v; this.get = () => this.v; this.isNew = new.target === K; } const k = new K(await wait(7)); k.v = 8; log(k.get(), k.isNew);
    const o = { list: [1, 2], f: 3, async all() { return Promise.all(this.list.map(async (x) => x * this.f + await wait(0))); } }; log(await o.all());`,
  "finally with a pending return and a suspended cleanup": `
    const trace = []; const f = async () => { for (let i = 0; i < 3; i++) { try { trace.push(i); if (i === 1) return [i, await wait("r")]; } finally { const c = () => trace.push("c" + i); await wait(0); c(); } } };
    log(await f(), trace); const g = async () => { try { try { await wait(new Error("a")); } finally { await wait(0); trace.push("x"); } } catch (e) { return e.message; } finally { trace.push("y"); } }; log(await g(), trace.slice(-2));
    const h = async () => { l: try { await wait(0); break l; } finally { trace.push("z"); } return trace.at(-1); }; log(await h());
    const w = async () => { let n = 0; while (true) { try { if (++n < 3) continue; await wait(0); if (n > 4) return n; } finally { await wait(0); n++; } } }; log(await w());`,
  "an error in every position reaches its handler": `
    const boom = (m) => { throw new Error(m); }; const at = async (f) => { try { return await f(); } catch (e) { return e.message; } };
    log(await at(async () => (await wait(1)) + boom("operand")), await at(async () => boom("before") + await wait(1)), await at(async () => { for (const x of boom("iterable")) await wait(x); }));
    log(await at(async () => { try { await wait(0); boom("in try"); } finally { await wait(0); } }), await at(async () => { try { await wait(new Error("rejected")); } catch (e) { boom(e.message + " again"); } }));
    log(await at(async () => { try { await wait(0); } finally { boom("in finally"); } }), await at(async () => { switch (await wait(1)) { case boom("case"): } }), await at(async () => { const [a = boom("default")] = await wait([]); }));
    log(await at(async () => { for (let i = 0; i < 2; boom("update")) { await wait(0); } }), await at(async () => ({ a: await wait(1), get b() { return 1; }, ...boom("spread") })));`,
  "variables of loop heads that closures share": `
    function f() { const fs = []; for (var i = 0, n = 2; i < n; i++) fs.push(() => i); l: for (var j = 0; j < 3; j++) { for (;;) { if (j === 1) continue l; break; } fs.push(() => j); } for (var x of [1, 2]) fs.push(() => x); for (var k in { a: 1 }) fs.push(() => k); return fs.map((g) => g()); }
    log(f(), (() => { const r = []; for (const [a, b] of [[1, 2]]) { let c = a; r.push(() => c++ + b); } return r.map((q) => q()); })());`,
  "a catch clause's pattern does not see what its block declares": `
    const x = "outside"; let inPattern, inBlock; try { throw []; } catch ([_ = (inPattern = () => x)]) { inBlock = () => x; const x = await wait("inside"); } log(inPattern(), inBlock());`,
  "a parenthesised variable names no function": `
    let f, g = 1, h; (f) = () => {}; (g) &&= function () {}; h = () => {}; await wait(0); log(f.name === "", g.name === "", h.name);`,
  "delete of what is no reference, and along optional chains": `
    const o = { a: { b: 1, c: 2 } }; log(delete (await wait(o)), delete void (await wait(0)), delete typeof -(await wait(1)));
    log(delete o?.a[await wait("b")], delete o.none?.a[await wait("b")], delete (await wait(null))?.x.y, Object.keys(o.a));`,
  "variables twice in one pattern": `
    const x = 1; { let x, y; const f = (n) => { for ([y, ...x] of n) ; const first = [y, x]; for ([x, ...x] of n) ; [x, y] = [y, x]; return [first, x, y]; }; await wait(0); log(f([[1, 2, 3]]), x); } log(x);`,
};
