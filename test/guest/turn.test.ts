/** Turns: how an instance is brought, what faults of the engine do, what module initialisation may do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "#runtime/protocol/value.js";
import { Execution, Guest, type Program, SEED, START_TIME, summary } from "./support.js";

const counter: Program = ({ $api, $module }, lower) => {
  let total = 0;
  const handler = lower("m#handler", [
    () => $api.expectSignal("add"),
    (slots, n, frame) => {
      total += n;
      console.log(`total ${total}`);
      slots[2] = total;
      frame.pc = total < 100 ? 0 : 2;
      return undefined;
    },
    () => total,
  ]);
  const read = () => total;
  const write = (value: unknown) => {
    total = value as number;
  };
  $module("m", { handler, w: $api.workflow("w", handler) }, { total: [read, write] });
};

function start(id: string) {
  const execution = { id, name: id.split("/")[1] ?? "", startTime: "2030-01-01T00:00:00.000Z" };
  return { kind: "start", workflow: "w", input: encode(undefined), execution, seed: SEED } as const;
}

function add(n: number) {
  return { kind: "signal", signal: "add", payload: encode(n) } as const;
}

test("each execution has its own module state; live instances stay apart", async () => {
  const guest = await Guest.boot(counter);
  const [a, b] = [new Execution(guest, false, "w/a"), new Execution(guest, true, "w/b")];
  a.start("w");
  b.start("w");
  a.signal("add", 1);
  b.signal("add", 10);
  a.signal("add", 2);
  b.signal("add", 20);
  assert.deepEqual(
    [a.log, b.log],
    [
      ["total 1", "total 3"],
      ["total 10", "total 30"],
    ],
  );
  guest.dispose();
});

test("a tail replays to the same commands and the same checkpoint as the live instance has", async () => {
  const guest = await Guest.boot(counter);
  const live = new Execution(guest, false, "w/a");
  live.start("w");
  live.signal("add", 5);
  const last = { now: START_TIME + 5, events: [add(7)] };
  const batches = [{ now: START_TIME, events: [start("w/a")] }, { now: START_TIME, events: [add(5)] }, last];
  const one = guest.turn({ execution: "w/a", bring: "live", batches: [last], write: true });
  const two = guest.turn({ execution: "w/a", bring: "fresh", batches, write: true });
  assert.deepEqual(two.reply.results.at(-1), one.reply.results[0]);
  assert.equal(two.checkpoint, one.checkpoint);
  const three = guest.turn({ execution: "w/a", bring: "restore", batches: [], write: true }, one.checkpoint);
  assert.equal(three.checkpoint, one.checkpoint);
  guest.dispose();
});

test("several events of one batch are applied one by one", async () => {
  const guest = await Guest.boot(counter);
  const execution = new Execution(guest);
  assert.deepEqual(summary(execution.send(start("test/1"), add(60), add(1), add(50), add(1000))), ["close ok"]);
  assert.equal(execution.outcome, 111);
  assert.deepEqual(execution.log, ["total 60", "total 61", "total 111"]);
  guest.dispose();
});

test("a workflow that throws, or gives what cannot be copied, closes as failed", async () => {
  const guest = await Guest.boot(({ $api, $module }, lower) => {
    const later = lower("m#later", [
      () => Promise.resolve(),
      () => {
        throw Object.assign(new RangeError("no"), { code: "E1", retry: () => 1 });
      },
    ]);
    const now = () => {
      throw "text";
    };
    const wrong = () => ({ list: [() => 1] });
    const plain = () => 0;
    $module("m", { later, now, wrong, plain });
    $api.workflow("later", later);
    $api.workflow("now", now);
    $api.workflow("wrong", wrong);
    $api.workflow("plain", plain);
  });
  const outcomes = ["later", "now", "wrong", "plain"].map((name) => {
    const execution = new Execution(guest, false, `${name}/1`);
    execution.start(name);
    assert.equal(execution.closed, true);
    return execution;
  });
  const [later, now, wrong, plain] = outcomes.map(({ outcome }) => outcome) as [Error, string, Error, number];
  assert.ok(later instanceof RangeError);
  assert.equal(Reflect.get(later, "code"), "E1");
  assert.match(later.stack ?? "", /^RangeError: no\n\s+at /);
  assert.equal(now, "text");
  assert.match(wrong.message, /^result\.list\[0\] is a function/);
  assert.equal(plain, 0);
  assert.deepEqual(
    outcomes.map(({ failed }) => failed),
    [true, true, true, false],
  );
  guest.dispose();
});

test("durable calls while modules are evaluated are refused, and the error says where", async () => {
  const cases: Record<string, Program> = {
    'calling the task "t" is not possible while modules are being evaluated': ({ $api }) => $api.task("t")(1),
    "condition() is not possible": ({ $api }) => $api.condition(() => true),
    'expecting the signal "s" is not possible': ({ $api }) => $api.signal("s").expectSignal(),
    "crypto.randomUUID() is not possible": () => crypto.randomUUID(),
    "TypeError: mine": () => {
      throw new TypeError("mine");
    },
    'EV5003: the option "again" of task "t"': ({ $api }) => $api.task("t", { again: {} }),
    "EV5004: the handler of workflow": ({ $api }) => $api.workflow("w"),
    "EV5005: two workflows": ({ $api }) => [$api.workflow("w", () => 1), $api.workflow("w", () => 1)],
  };
  for (const [message, program] of Object.entries(cases)) {
    const guest = await Guest.boot(program);
    assert.throws(
      () => new Execution(guest).start("w"),
      (error: Error) => {
        assert.ok(error.message.startsWith("the program's modules could not be evaluated: "), error.message);
        assert.ok(error.message.includes(message), error.message);
        return true;
      },
    );
    guest.dispose();
  }
});

test("initialisation sees a fixed clock and fixed numbers, and its log is written once", async () => {
  const guest = await Guest.boot(({ $api, $module }, lower) => {
    const facts = [Date.now(), Math.random(), $api.duration(1, "day").type];
    console.log("loading");
    Promise.resolve().then(() => facts.push("job"));
    const handler = lower("m#handler", [() => $api.duration(1), () => facts]);
    $module("m", { facts, handler, w: $api.workflow("w", handler) });
  });
  const [one, two] = [new Execution(guest, false, "w/1"), new Execution(guest, true, "w/2")];
  for (const execution of [one, two]) {
    execution.start("w");
    execution.timer(1);
  }
  assert.deepEqual(one.outcome, two.outcome);
  assert.deepEqual([(one.outcome as unknown[])[0], (one.outcome as unknown[]).slice(2)], [0, ["Duration", "job"]]);
  assert.deepEqual([one.log, two.log], [["loading"], ["loading"]]);
  guest.dispose();
});

test("an unknown workflow, a lost instance and an answer nobody waits for are errors", async () => {
  const guest = await Guest.boot(counter);
  assert.throws(() => new Execution(guest).start("other"), /this program has no workflow "other"/);
  assert.throws(() => guest.turn({ execution: "gone", bring: "live", batches: [], write: false }), /no live instance/);
  const execution = new Execution(guest);
  execution.start("w");
  assert.throws(() => execution.task(9), /operation 9 does not wait for a task event/);
  guest.dispose();
});

test("dropped instances are freed, whatever refers to whatever in them", async () => {
  const guest = await Guest.boot(
    ({ $api, $module, $code, $clo }, lower) => {
      const ballast = new Array(20_000).fill(0);
      const cycle = $code(
        "m#cycle",
        ([own]) =>
          () =>
            own,
        null,
      );
      const handler = lower("m#handler", [
        (slots) => {
          const captures: unknown[] = [ballast];
          captures.push($clo(cycle, captures));
          slots[3] = captures[1];
          slots[4] = { bound: (captures[1] as () => unknown).bind(slots), proxy: new Proxy(slots, {}) };
          slots[5] = [...new Map([[slots, slots]]).entries()];
          return Promise.race([$api.expectSignal("never"), $api.duration(1, "day")]);
        },
        () => 1,
      ]);
      $module("m", { ballast, handler, w: $api.workflow("w", handler) });
    },
    { pages: 512 },
  );
  // An instance holds 300 KB and the engine has 32 MB.
  for (let i = 0; i < 300; i++) new Execution(guest, false, "w/1").start("w");
  guest.dispose();
});

// ---- faults of the engine

const faulty: Program = ({ $api, $module, $caught }, lower) => {
  const endless = (): number => endless() + 1;
  const memory = () => {
    const hog: unknown[] = [];
    for (;;) hog.push(new Array(1000).fill(1));
  };
  const guarded = (work: () => unknown) => {
    try {
      return work();
    } catch (error) {
      $caught(error);
      return "survived";
    }
  };
  const handler = lower("m#handler", [
    (slots) => {
      const work = slots[0].includes("memory") ? memory : endless;
      if (slots[0].startsWith("promise")) return new Promise(() => work()).catch(() => "survived");
      if (slots[0].startsWith("then"))
        return Promise.resolve()
          .then(work)
          .catch(() => "survived");
      if (slots[0].startsWith("condition")) return $api.condition(work);
      if (slots[0].startsWith("null")) {
        try {
          throw null;
        } catch (error) {
          return $caught(error);
        }
      }
      return slots[0].startsWith("caught") ? guarded(work) : work();
    },
    (_, value) => value ?? "null passed",
  ]);
  $module("m", { handler, w: $api.workflow("w", handler) });
};

for (const kind of ["stack", "memory"]) {
  for (const way of ["plain", "caught", "promise", "then", "condition"]) {
    test(`user code does not survive an exhausted ${kind}: ${way}`, async () => {
      const guest = await Guest.boot(faulty, { pages: 512 });
      assert.throws(() => new Execution(guest).start("w", `${way} ${kind}`), new RegExp(`fault ${kind}`));
      // The realm itself is sound enough to say that the instance is gone.
      assert.throws(
        () => guest.turn({ execution: "test/1", bring: "live", batches: [], write: false }),
        /no live instance/,
      );
    });
  }
}

test("throwing null is no fault", async () => {
  const guest = await Guest.boot(faulty);
  const execution = new Execution(guest);
  execution.start("w", "null");
  assert.equal(execution.outcome, "null passed");
  guest.dispose();
});
