/** Conditions and signals in the real engine, live and restored. */
import assert from "node:assert/strict";
import { encode } from "#runtime/protocol/value.js";
import { both } from "./both.js";
import { type Program, summary } from "./support.js";

const DAY = 86_400_000;

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
