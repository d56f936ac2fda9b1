/**
 * The machine's clock is set, under the whole engine: no timer fires early, executions never see time go back, also not
 * over a restart, and what a leap forward makes due happens once, in due order.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "#runtime/engine/clock.js";
import { HOUR_MS, open, START, site } from "./support.js";

/** A clock that somebody sets: who waits looks at it again whenever that happens, as the system's does every minute. */
class SetClock implements Clock {
  #now: number;
  readonly #waits = new Set<{ readonly until: number; readonly settle: (arrived: boolean) => void }>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  set(now: number): void {
    this.#now = now;
    for (const wait of [...this.#waits]) if (wait.until <= now && this.#waits.delete(wait)) wait.settle(true);
  }

  wait(until: number): ReturnType<Clock["wait"]> {
    let settle: (arrived: boolean) => void = () => {};
    const done = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const wait = { until, settle };
    if (until <= this.#now) settle(true);
    else this.#waits.add(wait);
    const cancel = (): void => {
      if (this.#waits.delete(wait)) settle(false);
    };
    return { done, cancel };
  }
}

test("a clock that is set back makes nothing early and turns no execution's time back, over a restart too", async (t) => {
  const place = await site(t);
  const clock = new SetClock(START);
  const first = await open(t, "orders", place, { clock });
  const id = await first.start("watcher", "w");
  await first.engine.idle();
  for (const now of [START - 24 * HOUR_MS, START + HOUR_MS - 1]) {
    clock.set(now);
    await first.engine.idle();
    assert.equal((await first.engine.show(id)).status, "IN_PROGRESS");
  }
  clock.set(START + HOUR_MS);
  await first.engine.idle();
  await first.close();

  const behind = new SetClock(START - 24 * HOUR_MS);
  const next = await open(t, "orders", place, { clock: behind });
  for (const now of [START, START + 2 * HOUR_MS - 1]) {
    behind.set(now);
    await next.engine.idle();
    assert.equal((await next.engine.show(id)).status, "IN_PROGRESS", "the second hour is not over");
  }
  behind.set(START + 2 * HOUR_MS);
  assert.equal(await next.ending(id), `SUCCEEDED ${JSON.stringify([START, START + HOUR_MS, START + 2 * HOUR_MS])}`);
  assert.deepEqual([...first.problems, ...next.problems], []);
});

test("a clock that is set forward makes everything due that lies in between, once", async (t) => {
  const place = await site(t);
  const clock = new SetClock(START);
  const world = await open(t, "orders", place, { clock });
  const names = ["a", "bb", "ccc"];
  for (const name of names) await world.start("order", name, name);
  const watcher = await world.start("watcher", "w");
  while (place.notes().filter((line) => line.startsWith("charge")).length < names.length) await world.engine.idle();
  await world.engine.idle();
  clock.set(START + 1000 * HOUR_MS);
  for (const name of names) assert.equal(await world.ending(`order/${name}`), `SUCCEEDED ${100 + 2 * name.length}`);
  await world.engine.idle();
  assert.equal(
    (await world.engine.show(watcher)).status,
    "IN_PROGRESS",
    "its second hour begins when the first has ended",
  );
  clock.set(START + 1001 * HOUR_MS);
  assert.equal(
    await world.ending(watcher),
    `SUCCEEDED ${JSON.stringify([START, START + 1000 * HOUR_MS, START + 1001 * HOUR_MS])}`,
  );
  const charges = place.notes().filter((line) => line.startsWith("charge"));
  assert.deepEqual([...charges].sort(), names.map((name) => `charge ${name}`).sort());
});
