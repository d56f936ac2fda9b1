import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CancelledError,
  EventualError,
  TaskInterrupted,
  Timeout,
  UnserializableError,
} from "#runtime/protocol/errors.js";
import { decode, encode, encodeError, toDisplay } from "#runtime/protocol/value.js";

function roundTrip(value: unknown): unknown {
  return decode(encode(value));
}

test("plain JSON data is kept as readable JSON", () => {
  assert.equal(encode({ a: [1, "x", null, true], b: { c: -1.5 } }), 'j{"a":[1,"x",null,true],"b":{"c":-1.5}}');
  assert.equal(encode("a@b"), 'j"a@b"');
  assert.deepEqual(roundTrip({ a: [1, "x", null, true] }), { a: [1, "x", null, true] });
});

test("what JSON cannot keep goes as a graph and comes back", () => {
  const values = [
    undefined,
    Number.NaN,
    -0,
    Infinity,
    -Infinity,
    12345678901234567890n,
    new Date(5),
    /a+b/giu,
    [undefined, 1],
    { a: undefined },
    { toJSON: 1 },
    new Map<unknown, unknown>([
      [1, { a: 1 }],
      ["x", new Set([1, 2])],
    ]),
    new Uint8Array([1, 2, 255]),
    new Float64Array([0.5, Number.NaN]),
    new Uint8Array([1, 2]).buffer,
    "lone \ud800 surrogate",
    "\u2028 < </script>",
  ];
  for (const value of values) assert.deepEqual(roundTrip(value), value);
  assert.ok(Number.isNaN((roundTrip(new Date(Number.NaN)) as Date).getTime()));
  assert.ok(Object.is(roundTrip(-0), -0));
  assert.ok(Object.is((roundTrip([-0]) as number[])[0], -0));
});

test("holes stay holes", () => {
  // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
  const array = [1, , 3];
  const copy = roundTrip(array) as unknown[];
  assert.equal(copy.length, 3);
  assert.equal(1 in copy, false);
});

test("shared references and cycles survive", () => {
  const shared = { x: 1 };
  const root: Record<string, unknown> = { a: shared, b: shared };
  root.self = root;
  const copy = roundTrip(root) as Record<string, unknown>;
  assert.equal(copy.a, copy.b);
  assert.equal(copy.self, copy);
  assert.notEqual(copy.a, shared);
});

test("sharing alone keeps a value from being plain JSON", () => {
  const shared = { x: 1 };
  assert.equal(encode([shared, shared])[0], "g");
  assert.equal(encode([{ x: 1 }, { x: 1 }])[0], "j");
});

test("errors keep class, name, message, stack, cause and fields", () => {
  const cause = new RangeError("inner");
  const error = Object.assign(new TypeError("outer", { cause }), { code: "E1", details: { at: new Date(1) } });
  const copy = roundTrip(error) as TypeError & { code: string; details: unknown };
  assert.ok(copy instanceof TypeError);
  assert.equal(copy.message, "outer");
  assert.equal(copy.stack, error.stack);
  assert.equal(copy.code, "E1");
  assert.deepEqual(copy.details, { at: new Date(1) });
  assert.ok(copy.cause instanceof RangeError);
  assert.deepEqual(Object.keys(copy), ["code", "details"]);
});

test("Eventual's own errors come back as instances of their classes", () => {
  for (const error of [new Timeout("late"), new TaskInterrupted("gone", { code: "EV7020" }), new CancelledError()]) {
    const copy = roundTrip(error) as Error;
    assert.equal(copy.constructor, error.constructor);
    assert.equal(copy.name, error.name);
    assert.equal(Reflect.get(copy, "code"), Reflect.get(error, "code"));
    assert.equal(copy.message, error.message);
  }
  const named = roundTrip(new EventualError("OutOfStock", "no blue ones")) as Error;
  assert.ok(named instanceof EventualError);
  assert.equal(named.name, "OutOfStock");
});

test("a class of the user's comes back as its built-in base with its name", () => {
  class CardDeclined extends RangeError {
    override name = "CardDeclined";
  }
  const copy = roundTrip(new CardDeclined("no")) as Error;
  assert.ok(copy instanceof RangeError);
  assert.equal(copy.name, "CardDeclined");
});

test("an AggregateError keeps its errors, and an error may be its own cause", () => {
  const aggregate = new AggregateError([new Error("a"), new TypeError("b")], "both");
  const copy = roundTrip({ aggregate }) as { aggregate: AggregateError };
  assert.ok(copy.aggregate instanceof AggregateError);
  assert.deepEqual(copy.aggregate.errors.map(String), ["Error: a", "TypeError: b"]);

  const loop = new Error("loop");
  loop.cause = { again: loop };
  const again = roundTrip(loop) as Error & { cause: { again: Error } };
  assert.equal(again.cause.again, again);
});

test("many errors do not nest", () => {
  const errors = Array.from({ length: 5000 }, (_, i) => new Error("e", { cause: i }));
  const copy = roundTrip(errors) as Error[];
  assert.equal(copy[4999]?.cause, 4999);
});

test("functions, symbols and promises are refused with their path", () => {
  const cases: [unknown, string][] = [
    [{ items: [0, 1, 2, { onDone() {} }] }, "input.items[3].onDone is a function (onDone)"],
    [{ deep: new Map([["k", { s: Symbol("x") }]]) }, 'input.deep.get("k").s is a symbol'],
    [[Promise.resolve()], "input[0] is a promise"],
    [() => 1, "input is a function"],
    [new Set([Symbol.iterator]), "an element of input is a symbol"],
    [Object.assign(new Error("x"), { retry() {} }), "input.retry is a function (retry)"],
    [{ "odd key": Symbol("x") }, 'input["odd key"] is a symbol'],
    [{ url: new URL("http://localhost/") }, "input.url is an instance of URL without own fields"],
    [new WeakMap(), "input is an instance of WeakMap without own fields"],
    [{ [Symbol("k")]: 1 }, "input is an object with symbols as keys"],
  ];
  for (const [value, message] of cases) {
    assert.throws(
      () => encode(value, "input"),
      (error: Error) => {
        assert.ok(error instanceof UnserializableError);
        assert.equal(Reflect.get(error, "code"), "EV5010");
        assert.ok(error.message.startsWith(message), error.message);
        return true;
      },
    );
  }
});

test("an instance becomes a plain object of its fields", () => {
  class Point {
    x = 1;
    y = 2;
    norm(): number {
      return this.x;
    }
  }
  assert.deepEqual(roundTrip(new Point()), { x: 1, y: 2 });
});

test("a view carries only the bytes that it shows", () => {
  const view = new Uint8Array(new Uint8Array([9, 9, 1, 2, 9]).buffer, 2, 2);
  const copy = roundTrip(view) as Uint8Array;
  assert.deepEqual([...copy], [1, 2]);
  assert.equal(copy.buffer.byteLength, 2);
  assert.deepEqual([...(roundTrip(Buffer.from("hi")) as Uint8Array)], [104, 105]);
});

test("a class cannot pass for a built-in by its tag", () => {
  class Fake {
    a = 1;
    get [Symbol.toStringTag](): string {
      return "Map";
    }
  }
  assert.deepEqual(roundTrip(new Fake()), { a: 1 });
});

test("an error is always encoded, without the fields that cannot be", () => {
  const error = Object.assign(new TypeError("x", { cause: new Error("c") }), { ok: 1, callback() {} });
  const copy = decode(encodeError(error)) as TypeError & Record<string, unknown>;
  assert.ok(copy instanceof TypeError);
  assert.equal(copy.ok, 1);
  assert.equal("callback" in copy, false);
  assert.equal((copy.cause as Error).message, "c");
  assert.ok(decode(encodeError(() => 1)) instanceof UnserializableError);
});

test("damaged text is refused", () => {
  for (const text of ["", "x1", "j{", "g[[", "g[5]", 'g[["Error",1],["TypeError"]]']) {
    assert.throws(() => decode(text), TypeError);
  }
});

test("the view for people is JSON, whatever the value", () => {
  const value = { when: new Date(0), big: 5n, nan: Number.NaN, map: new Map([["a", new Set([1])]]), gone: undefined };
  assert.deepEqual(toDisplay(encode(value)), {
    when: "1970-01-01T00:00:00.000Z",
    big: "5n",
    nan: "NaN",
    map: { a: [1] },
  });
  assert.equal(toDisplay(encode(undefined)), null);
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assert.deepEqual(toDisplay(encode(loop)), { self: "[Circular]" });
  assert.equal((toDisplay(encode(new TypeError("x"))) as { name: string }).name, "TypeError");
});

test("a view is copied without the rest of its buffer", () => {
  const bytes = new Uint8Array(1_000_000).fill(7);
  const text = encode({
    view: bytes.subarray(10, 14),
    data: new DataView(bytes.buffer, 20, 3),
    part: Buffer.from("abc"),
  });
  assert.ok(text.length < 300, `${text.length} characters`);
  const { view, data, part } = decode(text) as { view: Uint8Array; data: DataView; part: Uint8Array };
  assert.deepEqual([view.length, view.buffer.byteLength, view[3]], [4, 4, 7]);
  assert.deepEqual([data.byteLength, data.buffer.byteLength], [3, 3]);
  assert.deepEqual([...part], [97, 98, 99]);
});
