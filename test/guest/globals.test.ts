/** The tamed globals, in the real engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Execution, Guest, type Program, START_TIME } from "./support.js";

/** Runs `body` inside an execution and gives its result. */
async function run(body: (helpers: Parameters<Program>[0]) => unknown, restoring = false): Promise<Execution> {
  const program = `(rt, lower) => {
    const body = ${body.toString()};
    const handler = lower("m#handler", [() => rt.$api.duration(1), () => body(rt)]);
    rt.$module("m", { handler, w: rt.$api.workflow("w", handler) });
  }`;
  const guest = await Guest.boot(program);
  const execution = new Execution(guest, restoring);
  execution.start("w");
  execution.now += 1000;
  execution.timer(1);
  guest.dispose();
  return execution;
}

test("the clock is the activation's logical time and local time is UTC", async () => {
  const { outcome } = await run(() => [
    Date.now(),
    // biome-ignore lint/complexity/useDateNow: it is another way to the clock
    new Date().getTime(),
    Date(),
    new Date(0).toString(),
    new Date(2030, 5, 1, 12, 30).toISOString(),
    new Date("2030-06-01T12:30:00").toISOString(),
    new Date("2030-06-01").toISOString(),
    new Date("Jun 1 2030 12:30:00 GMT+0200").toISOString(),
    new Date(2030, 5, 1).getTimezoneOffset(),
    new Date(new Date(5)).getTime(),
    new Date(99, 0).getFullYear(),
    new Date("rubbish").getTime(),
    String(new Date("rubbish")),
    Date.length,
    Date.name,
    new Date(0) instanceof Date,
    new (class extends Date {})(7).getTime(),
    new Date(0).toLocaleString(),
    new Date(0).toLocaleDateString(),
    (1234567.891).toLocaleString(),
    new Date(2030, 0, 31).setMonth(1),
  ]);
  const now = START_TIME + 1000;
  assert.deepEqual(outcome, [
    now,
    now,
    "Tue Jan 01 2030 00:00:01 GMT+0000 (Coordinated Universal Time)",
    "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)",
    "2030-06-01T12:30:00.000Z",
    "2030-06-01T12:30:00.000Z",
    "2030-06-01T00:00:00.000Z",
    "2030-06-01T10:30:00.000Z",
    0,
    5,
    1999,
    Number.NaN,
    "Invalid Date",
    7,
    "Date",
    true,
    7,
    "1/1/1970, 12:00:00 AM",
    "1/1/1970",
    "1,234,567.891",
    Date.UTC(2030, 2, 3),
  ]);
});

test("logical time does not go back", async () => {
  const guest = await Guest.boot(({ $api, $module }, lower) => {
    const handler = lower("m#handler", [() => $api.expectSignal("s"), () => Date.now()]);
    $module("m", { handler, w: $api.workflow("w", handler) });
  });
  const execution = new Execution(guest);
  execution.start("w");
  execution.now -= 5000;
  execution.signal("s");
  assert.equal(execution.outcome, START_TIME);
});

test("random numbers come from the seed and go on after a restore", async () => {
  const draw = () => [
    Math.random(),
    crypto.randomUUID(),
    [...crypto.getRandomValues(new Uint8Array(5))],
    Math.random(),
  ];
  const live = (await run(draw)).outcome as [number, string, number[], number];
  const restored = (await run(draw, true)).outcome;
  assert.deepEqual(live, restored);
  const [first, uuid, bytes, last] = live;
  assert.ok(first >= 0 && first < 1 && last !== first);
  assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(bytes.length, 5);
});

test("random numbers are spread evenly", async () => {
  const { outcome } = await run(() => {
    const buckets = new Array(10).fill(0);
    for (let i = 0; i < 10_000; i++) buckets[Math.floor(Math.random() * 10)]++;
    return buckets;
  });
  for (const count of outcome as number[]) assert.ok(count > 850 && count < 1150, String(outcome));
});

test("console writes readable lines to the log", async () => {
  const execution = await run(() => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    const loop: Record<string, unknown> = { a: 1, list: [1, "x", , null], nested: { b: { c: { d: { e: 1 } } } } };
    loop.self = loop;
    console.log("plain", 5, "of %s", 3);
    console.log("%s is %d%%", "it", 5, { rest: true });
    console.info(loop);
    console.warn(new Map([["k", new Set([1n])]]), Symbol("s"), () => 1, -0, undefined);
    console.debug(
      new Date(0),
      /x/g,
      new (class Point {
        x = 1;
      })(),
      new Uint8Array(2),
    );
    console.error(new TypeError("bad", { cause: "why" }));
    console.assert(true, "no");
    console.assert(false, "yes");
    console.log({
      get secret() {
        throw new Error("getters are not run");
      },
    });
  });
  assert.deepEqual(execution.log.slice(0, 2), ["plain 5 of %s 3", "it is 5% { rest: true }"]);
  assert.match(execution.log[2] as string, /self: \[Circular\]/);
  assert.match(execution.log[2] as string, /list: \[1, "x", <empty>, null\]/);
  assert.equal(execution.log[3], 'warn: Map(1) { "k" => Set(1) { 1n } } Symbol(s) [Function (anonymous)] -0 undefined');
  assert.equal(execution.log[4], "debug: 1970-01-01T00:00:00.000Z /x/g Point { x: 1 } Uint8Array(2) [0, 0]");
  assert.match(execution.log[5] as string, /^error: TypeError: bad\n\s+at [\s\S]*cause: "why"$/);
  assert.deepEqual(execution.log.slice(6), ["error: Assertion failed: yes", "{ secret: [Getter] }"]);
});

test("an unhandled rejection is logged once, with its stack, and fails nothing", async () => {
  const execution = await run(() => {
    Promise.reject(new RangeError("lost"));
    Promise.reject(new Error("found")).catch(() => undefined);
    queueMicrotask(() => {
      throw new TypeError("in a microtask");
    });
    return "fine";
  });
  assert.equal(execution.outcome, "fine");
  assert.equal(execution.log.length, 2);
  assert.match(execution.log[0] as string, /^error: Unhandled rejection: RangeError: lost\n\s+at /);
  assert.match(execution.log[1] as string, /^error: Unhandled rejection: TypeError: in a microtask/);
});

test("what a workflow must not use refuses and says what to do instead", async () => {
  const { outcome } = await run(() => {
    const global = globalThis as unknown as Record<string, (...args: unknown[]) => unknown> & {
      performance: { now(): unknown };
      Atomics: { add(): unknown };
    };
    const uses = {
      setImmediate: () => global.setImmediate?.(() => 1),
      fetch: () => global.fetch?.("http://x"),
      require: () => global.require?.("fs"),
      eval: () => global.eval?.("1"),
      Function: () => global.Function?.("return 1"),
      AsyncFunction: () => (async () => undefined).constructor("return 1"),
      GeneratorFunction: () => function* () {}.constructor("return 1"),
      performance: () => global.performance.now(),
      Atomics: () => global.Atomics.add(),
      SharedArrayBuffer: () => Reflect.construct(global.SharedArrayBuffer as never, [8]),
      localeCompare: () => "a".localeCompare("b", "sv"),
      subtle: () => crypto.subtle,
    };
    const codes: Record<string, unknown> = {};
    for (const [name, use] of Object.entries(uses)) {
      try {
        codes[name] = use();
      } catch (error) {
        const { code, remedy = "" } = error as { code: string; remedy?: string };
        codes[name] = remedy.length > 10 ? code : String(error);
      }
    }
    const ask = global.Function?.("return this") as () => Record<string, unknown>;
    return [codes, typeof process, (() => 1) instanceof Function, typeof ask().Promise];
  });
  const [codes, processType, isFunction, askedFor] = outcome as [Record<string, unknown>, string, boolean, string];
  const { localeCompare, ...others } = codes;
  assert.equal(localeCompare, "EV5021");
  for (const [name, code] of Object.entries(others)) assert.equal(code, "EV5020", name);
  assert.equal(processType, "undefined");
  assert.equal(isFunction, true);
  assert.equal(askedFor, "function", "the one text whose meaning is known");
});

test("structuredClone, atob and btoa", async () => {
  const { outcome } = await run(() => {
    const shared = { x: 1 };
    const copy = structuredClone({ a: shared, b: shared, when: new Date(3) });
    let refused = "";
    try {
      structuredClone({ f: () => 1 });
    } catch (error) {
      refused = (error as Error).message;
    }
    return [
      copy.a === copy.b,
      copy.a === shared,
      copy.when.getTime(),
      btoa("hi\u00ff"),
      atob("aGn/"),
      atob(btoa("a")),
      refused,
    ];
  });
  const refused = (outcome as unknown[]).pop() as string;
  assert.deepEqual(outcome, [true, false, 3, "aGn/", "hi\u00ff", "a"]);
  assert.match(refused, /^value\.f is a function/);
});

test("WeakRef holds strongly and FinalizationRegistry never calls", async () => {
  const { outcome } = await run(() => {
    const ref = new WeakRef({ x: 1 });
    const registry = new FinalizationRegistry(() => undefined);
    registry.register({}, 1);
    return [ref.deref()?.x, registry.unregister({}), Object.prototype.toString.call(ref), "targetOf" in WeakRef];
  });
  assert.deepEqual(outcome, [1, false, "[object WeakRef]", false]);
});

test("the realm is frozen: executions cannot meet through it", async () => {
  const { outcome } = await run(({ $api }) => {
    const attempts = [
      () => Reflect.set(globalThis, "shared", 1),
      () => Reflect.set(Array.prototype, "shared", 1),
      () => Reflect.set(Promise, "shared", 1),
      () => Reflect.set($api, "shared", 1),
      () => Reflect.set($api.duration, "shared", 1),
      () => Reflect.set($api.Timeout.prototype, "shared", 1),
      () => Reflect.set(console, "log", 1),
    ];
    const Timeout: typeof Error = $api.Timeout;
    class Mine extends Timeout {
      override name = "Mine";
    }
    const error = new Error("x");
    error.name = "Renamed";
    return [attempts.map((attempt) => attempt()), new Mine("m").name, error.name, String(error)];
  });
  assert.deepEqual(outcome, [new Array(7).fill(false), "Mine", "Renamed", "Renamed: x"]);
});

test("user code cannot call into the kernel", async () => {
  const { outcome } = await run(() => [typeof Reflect.get(globalThis, "$eventual"), Reflect.set(globalThis, "x", 1)]);
  assert.deepEqual(outcome, ["undefined", false]);
});
