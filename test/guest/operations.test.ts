/** Tasks, timers and iterations in the real engine, live and restored. */
import assert from "node:assert/strict";
import { both } from "./both.js";
import { type Program, START_TIME, summary } from "./support.js";

const DAY = 86_400_000;

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
          () => other(1, { after: 1 }),
          () => other.startExecution({ after: 1 }),
          () => $api.event(),
          () => t(1, { after: $api.Schedule.duration(1) }),
          () => $api.condition({ every: 1 }, () => true),
          () => $api.condition({ timeout: 5 }, () => false),
          () => $api.task("late", { again: {} }),
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
      'EV5003 the option "after" of a call of workflow "other" is not supported yet',
      'EV5003 the option "after" of startExecution() of workflow "other" is not supported yet',
      "EV5004 an event has no name",
      'EV5003 the option "after" of a call of task "t" is not supported yet',
      'EV5003 the option "every" of condition() is not supported yet',
      "EV5004 the timeout of condition() is a number (5)",
      'EV5003 the option "again" of task "late" is not supported yet',
      'EV5005 workflow "late" is defined while an execution runs',
    ]);
  },
);

both(
  "a policy for further attempts that cannot be is refused where it is written",
  ({ $api, $module }, lower) => {
    const messages: string[] = [];
    for (const retry of [5, { maxAttempts: 0 }, { initialInterval: 3 }, { often: true }]) {
      try {
        $api.workflow("bad", { retry }, () => undefined);
      } catch (error) {
        messages.push((error as Error).message);
      }
    }
    const handler = lower("m#handler", [() => Promise.resolve(messages), (_, list) => list]);
    $module("m", { handler, w: $api.workflow("w", { retry: { maxAttempts: 2 } }, handler) });
  },
  (execution) => {
    assert.deepEqual(summary(execution.start("w")), ["close ok"]);
    assert.deepEqual(execution.outcome, [
      'the option retry of workflow "bad" is no object',
      'the option retry.maxAttempts of workflow "bad" is not usable',
      'the option retry.initialInterval of workflow "bad" is not usable',
      'retry of workflow "bad" has no option "often"',
    ]);
  },
);
