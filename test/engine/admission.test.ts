/** Who of those that share a limit may start, and who is next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Admission } from "#runtime/engine/admission.js";
import type { TaskPolicy } from "#runtime/protocol/task-policy.js";

interface Call {
  readonly task: string;
  readonly policy: TaskPolicy;
}

const call = (policy: TaskPolicy): Call => ({ task: "send", policy });
const refs = (started: readonly (readonly [string, Call])[]): string[] => started.map(([ref]) => ref);

test("of those in line the higher priority goes first, then the one that came first", () => {
  const admission = new Admission<Call>();
  const concurrency = { key: "", limit: 1 };
  assert.equal(admission.enter("running", call({ concurrency }), 0), true);
  for (const [ref, priority] of Object.entries({ early: 0, low: -1, high: 5, highest: 9, late: 0, "as high": 5 })) {
    assert.equal(admission.enter(ref, call({ concurrency, priority }), 0), false);
  }
  const order: string[] = [];
  for (let ref = "running"; ; ) {
    const [next] = refs(admission.leave(ref, 0));
    if (next === undefined) break;
    order.push(next);
    ref = next;
  }
  assert.deepEqual(order, ["highest", "high", "as high", "early", "late", "low"]);
  assert.equal(admission.waiting, 0);
});

test("a call of another key is not held up; one that comes later does not overtake", () => {
  const admission = new Admission<Call>();
  const of = (key: string): Call => call({ concurrency: { key, limit: 2 } });
  assert.deepEqual(
    ["a1", "a2", "a3", "b1"].map((ref) => admission.enter(ref, of(ref.slice(0, 1)), 0)),
    [true, true, false, true],
  );
  assert.deepEqual(refs(admission.leave("a3", 0)), [], "one that gives up makes no room");
  assert.equal(admission.enter("a4", of("a"), 0), false);
  assert.deepEqual(refs(admission.leave("a1", 0)), ["a4"]);
});

test("a rate lets in so many per stretch of time, and says when the next may come", () => {
  const admission = new Admission<Call>();
  const rated = call({ rateLimit: { key: "", limit: 2, per: 1000 } });
  assert.deepEqual(
    ["a", "b", "c", "d"].map((ref, n) => admission.enter(ref, rated, 100 * n)),
    [true, true, false, false],
  );
  assert.deepEqual(refs(admission.leave("a", 500)), [], "an end makes no room in a rate");
  assert.equal(admission.next(), 1000);
  assert.deepEqual(refs(admission.due(999)), []);
  assert.deepEqual(refs(admission.due(1000)), ["c"]);
  assert.equal(admission.next(), 1100);
  assert.deepEqual(refs(admission.due(1100)), ["d"]);
  assert.equal(admission.next(), undefined);
});

test("both limits hold together", () => {
  const admission = new Admission<Call>();
  const both = call({ concurrency: { key: "", limit: 1 }, rateLimit: { key: "", limit: 5, per: 1000 } });
  assert.equal(admission.enter("a", both, 0), true);
  assert.equal(admission.enter("b", both, 0), false);
  assert.deepEqual(refs(admission.due(5000)), [], "time does not free the place");
  assert.deepEqual(refs(admission.leave("a", 5000)), ["b"]);
});

test("a rate for all holds for calls whose concurrency is counted by key", () => {
  const admission = new Admission<Call>();
  const of = (key: string): Call =>
    call({ concurrency: { key, limit: 1 }, rateLimit: { key: "", limit: 3, per: 1000 } });
  assert.deepEqual(
    ["a1", "a2", "b1", "c1", "d1", "b2"].map((ref) => admission.enter(ref, of(ref.slice(0, 1)), 0)),
    [true, false, true, true, false, false],
  );
  assert.deepEqual(refs(admission.leave("a1", 10)), [], "the rate has no room");
  assert.deepEqual(refs(admission.due(1000)), ["a2", "d1"], "b waits for its first");
  assert.equal(admission.enter("e1", of("e"), 1000), true, "one more fits into the rate");
  assert.deepEqual(refs(admission.leave("b1", 1500)), []);
  assert.deepEqual(refs(admission.due(2000)), ["b2"]);
});

test("a concurrency for all holds for calls whose rate is counted by key", () => {
  const admission = new Admission<Call>();
  const of = (key: string): Call =>
    call({ concurrency: { key: "", limit: 1 }, rateLimit: { key, limit: 1, per: 1000 } });
  assert.deepEqual(
    ["a1", "a2", "b1"].map((ref) => admission.enter(ref, of(ref.slice(0, 1)), 0)),
    [true, false, false],
  );
  assert.deepEqual(refs(admission.leave("a1", 10)), ["b1"], "the older one waits for its rate");
  assert.equal(admission.enter("c1", of("c"), 1000), false);
  assert.deepEqual(refs(admission.leave("b1", 1000)), ["a2"], "and goes first when it may");
  assert.deepEqual(refs(admission.leave("a2", 1001)), ["c1"]);
});

test("one that could start and was not asked yet goes before one that comes", () => {
  const admission = new Admission<Call>();
  const of = (key: string): Call =>
    call({ concurrency: { key, limit: 1 }, rateLimit: { key: "", limit: 1, per: 1000 } });
  assert.equal(admission.enter("a1", of("a"), 0), true);
  assert.equal(admission.enter("b1", of("b"), 0), false);
  assert.equal(admission.enter("c1", of("c"), 1000), false);
  assert.ok((admission.next() ?? Number.POSITIVE_INFINITY) <= 1000);
  assert.deepEqual(refs(admission.due(1000)), ["b1"]);
  assert.deepEqual(refs(admission.due(2000)), ["c1"]);
});

test("keys that have gone out of use are forgotten", () => {
  const admission = new Admission<Call>();
  for (let n = 0; n < 20_000; n++) {
    const ref = String(n);
    assert.equal(admission.enter(ref, call({ rateLimit: { key: ref, limit: 1, per: 1000 } }), n), true);
    admission.leave(ref, n);
    assert.ok(admission.keys < 5000, `${admission.keys} keys`);
  }
});
