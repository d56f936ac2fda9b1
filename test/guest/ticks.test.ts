/**
 * The golden table of ticks: after how many jobs a promise is settled. The engine's own promises are the oracle; the
 * guest's, with steps lowered by hand, must agree.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { GuestHelpers, StepFunction } from "#runtime/protocol/helpers.js";
import { GuestPromise, inRealm } from "./realm.js";

type Constructor = typeof Promise;

/** Counts jobs until the promise of `start` is settled. */
function countTicks(P: Constructor, start: () => PromiseLike<unknown>, report: (ticks: number) => void): void {
  let ticks = 0;
  let stop = false;
  start().then(() => {
    stop = true;
    report(ticks);
  });
  const tick = () => {
    if (stop || ticks > 50) return;
    P.resolve().then(() => {
      ticks++;
      tick();
    });
  };
  tick();
}

const thenable = {
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  then(resolve: (value: number) => void) {
    resolve(1);
  },
};

function subclassOf(P: Constructor): Constructor {
  return class Sub<T> extends P<T> {};
}

/** A step function: awaits the value of `operand`, then returns what `result` makes of it. */
function awaiting(operand: () => unknown, result: (value: unknown) => unknown = () => undefined) {
  return ({ $await }: GuestHelpers): StepFunction =>
    (frame, mode, value) => {
      if (mode === 2) throw value;
      if (frame[1] === 1) return result(value);
      frame[1] = 1;
      return $await(frame, operand());
    };
}

interface AsyncShape {
  readonly name: string;
  readonly ticks: number;
  readonly native: () => Promise<unknown>;
  readonly step: (helpers: GuestHelpers) => StepFunction;
}

const P = () => GuestPromise.resolve();
const N = () => Promise.resolve();

const ASYNC: readonly AsyncShape[] = [
  { name: "async f(){}", ticks: 0, native: async () => undefined, step: () => () => undefined },
  { name: "return 1", ticks: 0, native: async () => 1, step: () => () => 1 },
  { name: "return promise", ticks: 2, native: async () => N(), step: () => () => P() },
  { name: "return await promise", ticks: 1, native: async () => await N(), step: awaiting(P, (value) => value) },
  {
    name: "await 1",
    ticks: 1,
    native: async () => {
      await 1;
    },
    step: awaiting(() => 1),
  },
  {
    name: "await promise",
    ticks: 1,
    native: async () => {
      await N();
    },
    step: awaiting(P),
  },
  {
    name: "await thenable",
    ticks: 2,
    native: async () => {
      await thenable;
    },
    step: awaiting(() => thenable),
  },
  {
    name: "await subclass promise",
    ticks: 3,
    native: async () => {
      await subclassOf(Promise).resolve(1);
    },
    step: awaiting(() => subclassOf(GuestPromise).resolve(1)),
  },
];

interface PlainShape {
  readonly name: string;
  readonly ticks: number;
  readonly start: (P: Constructor) => PromiseLike<unknown>;
}

const PLAIN: readonly PlainShape[] = [
  { name: "then(() => promise)", ticks: 3, start: (P) => P.resolve().then(() => P.resolve()) },
  { name: "then(() => 1)", ticks: 1, start: (P) => P.resolve().then(() => 1) },
  { name: "finally", ticks: 3, start: (P) => P.resolve().finally(() => undefined) },
  { name: "Promise.all", ticks: 1, start: (P) => P.all([P.resolve(), P.resolve()]) },
  { name: "Promise.race", ticks: 1, start: (P) => P.race([P.resolve()]) },
  { name: "Promise.any", ticks: 1, start: (P) => P.any([P.resolve()]) },
  { name: "Promise.allSettled", ticks: 1, start: (P) => P.allSettled([P.resolve()]) },
  { name: "new Promise(r => r(promise))", ticks: 2, start: (P) => new P((resolve) => resolve(P.resolve())) },
];

for (const { name, ticks, native, step } of ASYNC) {
  test(`async function: ${name}: ${ticks}`, async () => {
    assert.equal(await new Promise<number>((done) => countTicks(Promise, native, done)), ticks, "engine");
    let counted = -1;
    inRealm(({ helpers, lowered }) => {
      countTicks(GuestPromise, lowered(step(helpers)), (n) => {
        counted = n;
      });
    });
    assert.equal(counted, ticks, "guest");
  });
}

for (const { name, ticks, start } of PLAIN) {
  test(`${name}: ${ticks}`, async () => {
    assert.equal(await new Promise<number>((done) => countTicks(Promise, () => start(Promise), done)), ticks, "engine");
    let counted = -1;
    inRealm(() => {
      countTicks(
        GuestPromise,
        () => start(GuestPromise),
        (n) => {
          counted = n;
        },
      );
    });
    assert.equal(counted, ticks, "guest");
  });
}
