/** Derived conformance tests suspend where they should and say what the original says. */
import assert from "node:assert/strict";
import test from "node:test";
import { derive } from "./derive.js";

test("a test becomes an async function that suspends before each operand", () => {
  assert.equal(
    derive("var x = f(a);", false),
    "(async () => {\n  var x = (await 0, f((await 0, a)));\n  await 0;\n})().then($DONE, $DONE);",
  );
  assert.match(derive("asyncTest();", true), /\.then\(undefined, \$DONE\);$/);
});

test("functions, callees, names and references keep their form", () => {
  const derived = derive("const f = () => a + b; o.m(c); delete o[k]; class A extends B { [n] = d + e; }", false);
  assert.match(derived, /const f = \(\) => a \+ b;/);
  assert.match(derived, /o\.m\(\(?await 0, c\)?\);/);
  assert.match(derived, /delete o\[(\(await 0, k\)|await 0, k)\];/);
  assert.match(derived, /class A extends \(await 0, B\)/);
  assert.match(derived, /\[\(?await 0, n\)?\] = d \+ e;/);
});

test("what says the same natively and derived: the derived test ends as the original does", async () => {
  const source =
    "let log = []; for (const [a, b = a] of [[1], [2, 3]]) log.push(a * b); if (log.length > 1) log.push(log[0]); check(log);";
  const run = (text: string, check: (log: unknown[]) => void) =>
    new Promise<unknown>((resolve) => {
      new Function("check", "$DONE", text)(check, resolve);
    });
  const logs: unknown[][] = [];
  assert.equal(await run(derive(source, false), (log) => logs.push(log)), undefined);
  new Function("check", source)((log: unknown[]) => logs.push(log));
  assert.deepEqual(logs[0], logs[1]);
  const thrown = new Error("told");
  assert.equal(
    await run(derive("throw check();", false), () => {
      throw thrown;
    }),
    thrown,
  );
});
