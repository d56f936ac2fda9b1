/**
 * Durable operations in the real engine. Each test runs twice: on a live instance, and with a checkpoint, a fresh
 * instance and a restore between any two activations.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "#runtime/protocol/value.js";
import { Execution, Guest, type Program, START_TIME, summary } from "./support.js";

const DAY = 86_400_000;

function both(name: string, program: Program, run: (execution: Execution) => void): void {
  for (const restoring of [false, true]) {
    test(`${name} (${restoring ? "restoring" : "live"})`, async () => {
      const guest = await Guest.boot(program);
      run(new Execution(guest, restoring));
      guest.dispose();
    });
  }
}

const reminder: Program = ({ $api, $module }, lower) => {
  const sendReminder = $api.task("sendReminder");
  const handler = lower("src/a.ts#reminder", [
    () => $api.duration(1, "day"),
    ([email], _, frame) => {
      frame.pc = 0;
      return sendReminder(email);
    },
    () => undefined,
  ]);
  const reminderWorkflow = $api.workflow("reminder", handler);
  $module("src/a.ts", { sendReminder, handler, reminderWorkflow });
};

both("the reminder workflow sends once a day and its state does not grow", reminder, (execution) => {
  assert.deepEqual(summary(execution.start("reminder", "a@b")), [`timer 1 +${DAY}`]);
  const sizes: number[] = [];
  for (let day = 1; day <= 400; day++) {
    execution.now = START_TIME + day * DAY;
    const seq = 2 * day;
    assert.deepEqual(summary(execution.timer(seq - 1)), [`task ${seq} sendReminder("a@b")`]);
    assert.deepEqual(summary(execution.task(seq)), [`timer ${seq + 1} +${(day + 1) * DAY}`]);
    sizes.push(execution.checkpoint?.length ?? 0);
  }
  assert.ok((sizes[399] as number) <= (sizes[1] as number) + 10, `${sizes[1]} → ${sizes[399]}`);
  assert.equal(execution.closed, false);
});

both(
  "tasks run at once, results and errors come back",
  ({ $api, $module }, lower) => {
    const work = $api.task("work", { onCrash: "fail" });
    const handler = lower(
      "m#handler",
      [
        ([n]) => Promise.all([work(n), work({ n }), $api.duration(1)]),
        (slots, results) => {
          slots[1] = results;
          return work("bad");
        },
        ([, results], error) => ({ results, error: error.message, range: error instanceof RangeError }),
      ],
      2,
    );
    $module("m", { work, handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    const commands = execution.start("w", 5);
    assert.deepEqual(summary(commands), ["task 1 work(5)", 'task 2 work({"n":5})', "timer 3 +1000"]);
    assert.equal(commands[0]?.kind === "task" && commands[0].onCrash, "fail");
    assert.deepEqual(execution.timer(3), []);
    assert.deepEqual(execution.task(2, new Map([["k", 1n]])), []);
    assert.deepEqual(summary(execution.task(1, undefined)), ['task 4 work("bad")']);
    assert.deepEqual(summary(execution.taskFailed(4, new RangeError("no"))), ["close ok"]);
    assert.deepEqual(execution.outcome, {
      results: [undefined, new Map([["k", 1n]]), undefined],
      error: "no",
      range: true,
    });
  },
);

both(
  "input is copied when the call is made, results when they arrive",
  ({ $api, $module }, lower) => {
    const work = $api.task("work");
    const handler = lower("m#handler", [
      (slots) => {
        const list = [1];
        slots[1] = list;
        const call = work(list);
        list.push(2);
        return call;
      },
      ([, list], result) => [list, result],
    ]);
    $module("m", { work, handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    assert.deepEqual(summary(execution.start("w")), ["task 1 work([1])"]);
    execution.task(1, "x");
    assert.deepEqual(execution.outcome, [[1, 2], "x"]);
  },
);

both(
  "a value that cannot be copied rejects the call, with its path",
  ({ $api, $module }, lower) => {
    const work = $api.task("work");
    const handler = lower(
      "m#handler",
      [
        () => work({ items: [{ onDone: () => 1 }] }),
        () => "no",
        (_, error) => [error instanceof $api.UnserializableError, error.message, error.code],
      ],
      2,
    );
    $module("m", { work, handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    assert.deepEqual(summary(execution.start("w")), ["close ok"]);
    const [isRefusal, message, code] = execution.outcome as [boolean, string, string];
    assert.equal(isRefusal, true);
    assert.match(message, /^input\.items\[0\]\.onDone is a function/);
    assert.equal(code, "EV5010");
  },
);

const approvals: Program = ({ $api, $module, $code, $clo }, lower) => {
  interface State {
    count: number;
  }
  const bump = $code(
    "m#bump",
    ([state]) =>
      () =>
        (state as State).count++,
    null,
  );
  const atLeast = $code(
    "m#atLeast",
    ([state, n]) =>
      () =>
        (state as State).count >= (n as number),
    null,
  );
  const handler = lower("m#handler", [
    (slots) => {
      slots[1] = { count: 0 };
      $api.onSignal("approve", $clo(bump, [slots[1]]));
      return $api.condition({ timeout: $api.Schedule.duration(1, "week") }, $clo(atLeast, [slots[1], 2]));
    },
    (slots, first) => {
      slots[2] = first;
      return $api.condition({ timeout: $api.duration(1, "hour") }, $clo(atLeast, [slots[1], 10]));
    },
    (slots, second) => {
      slots[3] = second;
      return $api.condition({ timeout: $api.Schedule.duration(1) }, $clo(atLeast, [slots[1], 1]));
    },
    (slots, third) => [slots[2], slots[3], third, slots[1].count],
  ]);
  $module("m", { handler, w: $api.workflow("w", handler) });
};

both("a condition sees what handlers change; timers are taken back, or decide", approvals, (execution) => {
  assert.deepEqual(summary(execution.start("w")), [`timer 1 +${7 * DAY}`]);
  assert.deepEqual(execution.signal("approve"), []);
  assert.deepEqual(summary(execution.signal("approve")), ["cancelTimer 1", "timer 2 +3600000"]);
  assert.deepEqual(summary(execution.timer(2)), ["close ok"], "a condition that holds at once starts no timer");
  assert.deepEqual(execution.outcome, [true, false, true, 2]);
});

both(
  "a condition is asked again after continuations, not only after events",
  ({ $api, $module, $code, $clo }, lower) => {
    const isDone = $code(
      "m#isDone",
      ([state]) =>
        () =>
          (state as { done: boolean }).done,
      null,
    );
    const setter = lower("m#setter", [
      () => Promise.resolve(),
      ([state]) => {
        state.done = true;
      },
    ]);
    const handler = lower("m#handler", [
      () => {
        const state = { done: false };
        const first = $api.condition($clo(isDone, [state]));
        setter(state);
        return first;
      },
      (_, value) => value,
    ]);
    $module("m", { setter, handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    assert.deepEqual(summary(execution.start("w")), ["close ok"]);
    assert.equal(execution.outcome, true);
  },
);

both(
  "a predicate that throws or gives a promise rejects the condition",
  ({ $api, $module }, lower) => {
    const handler = lower("m#handler", [
      () =>
        Promise.allSettled([
          $api.condition(() => {
            throw new RangeError("broken");
          }),
          $api.condition(() => Promise.resolve(true)),
        ]),
      (_, results) => results.map(({ reason }: PromiseRejectedResult) => [reason.name, reason.message, reason.code]),
    ]);
    $module("m", { handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    execution.start("w");
    const [first, second] = execution.outcome as [unknown, string[]];
    assert.deepEqual(first, ["RangeError", "broken", undefined]);
    assert.equal(second[2], "EV5004");
  },
);

const signalOrTimer: Program = ({ $api, $module }, lower) => {
  const changed = $api.signal("changed");
  const handler = lower("m#handler", [
    (slots) => {
      slots[2] ??= [];
      return Promise.race([changed.expectSignal(), $api.duration(1, "minute")]);
    },
    (slots, value, frame) => {
      slots[2].push(value ?? "tick");
      if (value !== "stop") {
        frame.pc = 0;
        return undefined;
      }
      return slots[2];
    },
    (slots) => slots[2],
  ]);
  $module("m", { changed, handler, w: $api.workflow("w", handler) });
};

both("a loop of races between signal and timer drops nothing and sees nothing twice", signalOrTimer, (execution) => {
  assert.deepEqual(summary(execution.start("w")), ["timer 1 +60000"]);
  assert.deepEqual(summary(execution.timer(1)), ["timer 2 +60000"]);
  assert.deepEqual(summary(execution.signal("changed", "a")), ["cancelTimer 2", "timer 3 +60000"]);
  const two = [
    { kind: "signal", signal: "changed", payload: 'j"b"' },
    { kind: "signal", signal: "changed", payload: 'j"c"' },
  ] as const;
  assert.deepEqual(summary(execution.send(...two)), [
    "cancelTimer 3",
    "timer 4 +60000",
    "cancelTimer 4",
    "timer 5 +60000",
  ]);
  assert.deepEqual(summary(execution.signal("changed", "stop")), ["cancelTimer 5", "close ok"]);
  assert.deepEqual(execution.outcome, ["tick", "a", "b", "c", "stop"]);
});

both("waiting for a signal that never comes does not grow the state", signalOrTimer, (execution) => {
  execution.start("w");
  const sizes: number[] = [];
  for (let seq = 1; seq < 200; seq++) {
    execution.timer(seq);
    sizes.push(execution.checkpoint?.length ?? 0);
  }
  // The list of ticks itself grows, by a few characters each.
  assert.ok((sizes[198] as number) < (sizes[20] as number) + 200 * 12, `${sizes[20]} → ${sizes[198]}`);
});

both(
  "signals wait in the buffer, in order, for promises and handlers",
  ({ $api, $module, $code, $clo }, lower) => {
    const item = $api.signal("item");
    const push = $code(
      "m#push",
      ([list]) =>
        (payload: unknown) =>
          (list as unknown[]).push(payload),
      null,
    );
    const handler = lower("m#handler", [
      () => $api.duration(1),
      () => $api.expectSignal(item),
      (slots, first) => {
        slots[1] = [first];
        slots[2] = item.onSignal($clo(push, [slots[1]]));
        return $api.duration(1);
      },
      (slots) => {
        slots[2].dispose();
        return $api.duration(1);
      },
      () => item.expectSignal(),
      ([, list], last) => [...list, "then", last],
    ]);
    $module("m", { item, handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    execution.start("w");
    execution.signal("item", 1);
    execution.signal("item", 2);
    execution.signal("item", 3);
    assert.deepEqual(summary(execution.timer(1)), ["timer 2 +1000"]);
    execution.signal("item", 4);
    assert.deepEqual(summary(execution.timer(2)), ["timer 3 +1000"]);
    execution.signal("item", 5);
    assert.deepEqual(summary(execution.timer(3)), ["close ok"]);
    assert.deepEqual(execution.outcome, [1, 2, 3, 4, "then", 5]);
  },
);

both(
  "a signal that fulfilled a promise nobody looked at is taken when somebody does",
  ({ $api, $module }, lower) => {
    const handler = lower(
      "m#handler",
      [
        (slots) => {
          slots[1] = $api.expectSignal("s");
          return $api.duration(1);
        },
        ([, waiting]) => waiting,
        (slots, value) => {
          slots[2] = value;
          return $api.expectSignal("s", { timeout: $api.duration(1) });
        },
        () => "not twice",
        ([, , value], error) => [value, error instanceof $api.Timeout, error.message],
      ],
      4,
    );
    $module("m", { handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    execution.start("w");
    execution.signal("s", "x");
    assert.deepEqual(summary(execution.timer(1)), ["timer 2 +1000"]);
    assert.deepEqual(summary(execution.timer(2)), ["close ok"]);
    assert.deepEqual(execution.outcome, ["x", true, 'the signal "s" did not arrive in time']);
  },
);

both(
  "a timer cancelled because nobody waited is armed again when somebody does, for the same moment",
  ({ $api, $module }, lower) => {
    const handler = lower("m#handler", [
      (slots) => {
        slots[1] = $api.duration(1, "hour");
        return Promise.race([slots[1], $api.expectSignal("s")]);
      },
      ([, timer]) => timer,
      () => "on time",
    ]);
    $module("m", { handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    assert.deepEqual(summary(execution.start("w")), ["timer 1 +3600000"]);
    execution.now += 60_000;
    assert.deepEqual(summary(execution.signal("s", 1)), ["cancelTimer 1", "timer 2 +3600000"]);
    assert.deepEqual(execution.timer(1), [], "the old timer may still fire");
    assert.deepEqual(summary(execution.timer(2)), ["close ok"]);
  },
);

for (const kind of ["at once", "later"]) {
  const program: Program = ({ $api, $module, $code, $clo }, lower) => {
    const fail = lower("m#fail", [
      () => Promise.resolve(),
      () => {
        throw new RangeError("handler");
      },
    ]);
    const now = $code(
      "m#now",
      () => (async: unknown) => {
        if (async) return fail();
        throw new RangeError("handler");
      },
      null,
    );
    const handler = lower("m#handler", [
      () => {
        $api.onSignal("s", $clo(now));
        return $api.duration(1);
      },
      () => "no",
    ]);
    $module("m", { handler, fail, w: $api.workflow("w", handler) });
  };
  both(`a signal handler that throws ${kind} fails the execution`, program, (execution) => {
    execution.start("w");
    assert.deepEqual(summary(execution.signal("s", kind === "later")), ["close failed"]);
    assert.ok(execution.outcome instanceof RangeError);
    assert.deepEqual(execution.timer(1), [], "after closing, events do nothing");
  });
}

both(
  "sending a signal waits for the answer, which may be a refusal",
  ({ $api, $module }, lower) => {
    const handler = lower(
      "m#handler",
      [
        () => $api.signal("ping").sendSignal("other/1", { n: 1 }),
        () => $api.sendSignal("other/2", "ping"),
        () => "no",
        (_, error) => error.message,
      ],
      3,
    );
    $module("m", { handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    assert.deepEqual(summary(execution.start("w")), ["signal 1 ping → other/1"]);
    assert.deepEqual(summary(execution.send({ kind: "sent", seq: 1, outcome: { ok: true, value: "jnull" } })), [
      "signal 2 ping → other/2",
    ]);
    execution.send({ kind: "sent", seq: 2, outcome: { ok: false, error: encode(new Error("closed")) } });
    assert.equal(execution.outcome, "closed");
  },
);

both(
  "timers say what they were made from and may be in the past; times are checked",
  ({ $api, $module }, lower) => {
    const handler = lower("m#handler", [
      (slots) => {
        const { type, dur, unit } = $api.duration(1.5, "hours");
        const past = $api.time("2000-01-01T00:00:00Z");
        slots[1] = [type, dur, unit, past.type, past.isoDate];
        for (const bad of [() => $api.duration(Number.NaN), () => $api.duration(1, "moon"), () => $api.time("soon")]) {
          try {
            bad();
          } catch (error) {
            slots[1].push((error as { message: string }).message);
          }
        }
        return past;
      },
      ([, facts]) => facts,
    ]);
    $module("m", { handler, plain: $api.duration(2, "days"), w: $api.workflow("w", handler) });
  },
  (execution) => {
    const past = Date.UTC(2000, 0, 1) - START_TIME;
    assert.deepEqual(summary(execution.start("w")), ["timer 1 +5400000", `timer 2 +${past}`]);
    execution.timer(2);
    assert.deepEqual(execution.outcome, [
      "Duration",
      1.5,
      "hours",
      "Time",
      "2000-01-01T00:00:00.000Z",
      "duration(NaN) is not a finite number",
      "unknown unit of time: moon",
      "not a point in time: soon",
    ]);
  },
);

both(
  "iterations of arrays, maps, sets and strings go on after a suspension, live",
  ({ $api, $module, $iter, $next, $keys }, lower) => {
    const handler = lower("m#handler", [
      (slots) => {
        const array = ["a", "b"];
        const map = new Map([
          ["k1", 1],
          ["k2", 2],
          ["k3", 3],
        ]);
        slots[0] = { array, map, object: { x: 1, y: 2, z: 3 } as Record<string, number> };
        slots[1] = [
          $iter(array),
          $iter(map),
          $iter(map.keys()),
          $iter(new Set(["s", "t"])),
          $iter("x\u{1f600}y"),
          $iter(array.entries()),
          $keys(slots[0].object),
        ];
        slots[2] = [];
        for (const record of slots[1]) if ($next(record)) slots[2].push(record.value);
        return $api.duration(1);
      },
      ([{ array, map, object }, records, seen], _, frame) => {
        if (seen.length === 7) {
          array.push("c");
          map.delete("k1");
          map.set("k4", 4);
          delete object.y;
        }
        const before = seen.length;
        for (const record of records) if ($next(record)) seen.push(record.value);
        if (seen.length > before) frame.pc = 1;
        return seen.length > before ? $api.duration(1) : undefined;
      },
      ([, , seen]) => seen,
    ]);
    $module("m", { handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    execution.start("w");
    for (let seq = 1; !execution.closed; seq++) execution.timer(seq);
    const expected = [
      ["a", ["k1", 1], "k1", "s", "x", [0, "a"], "x"],
      ["b", ["k2", 2], "k2", "t", "\u{1f600}", [1, "b"], "z"],
      ["c", ["k3", 3], "k3", "y", [2, "c"]],
      [["k4", 4], "k4"],
    ];
    assert.deepEqual(execution.outcome, expected.flat());
  },
);

both(
  "what is not there yet says so",
  ({ $api, $module }, lower) => {
    const t = $api.task("t");
    const other = $api.workflow("other", () => undefined);
    const handler = lower("m#handler", [
      () => {
        const refusals = [
          () => other(1),
          () => other.startExecution({ input: 1 }),
          () => $api.saga(),
          () => t(1, { timeout: $api.Schedule.duration(1) }),
          () => $api.condition({ every: 1 }, () => true),
          () => $api.condition({ timeout: 5 }, () => false),
          () => $api.task("late", { retry: {} }),
          () => $api.workflow("late", () => undefined),
        ];
        return Promise.resolve(
          refusals.map((refused) => {
            try {
              refused();
              return "nothing";
            } catch (error) {
              const { code, message } = error as { code: string; message: string };
              return `${code} ${message}`;
            }
          }),
        );
      },
      (_, list) => list,
    ]);
    $module("m", { t, other, handler, w: $api.workflow("w", handler) });
  },
  (execution) => {
    assert.deepEqual(summary(execution.start("w")), ["close ok"]);
    assert.deepEqual(execution.outcome, [
      'EV5002 calling workflow "other" as a child is not supported yet',
      'EV5002 startExecution() of workflow "other" is not supported yet',
      "EV5002 saga() is not supported yet",
      'EV5003 the option "timeout" of a call of task "t" is not supported yet',
      'EV5003 the option "every" of condition() is not supported yet',
      "EV5004 the timeout of condition() is a number (5)",
      'EV5003 the option "retry" of task "late" is not supported yet',
      'EV5005 workflow "late" is defined while an execution runs',
    ]);
  },
);
