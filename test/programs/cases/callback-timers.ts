/** setTimeout and setInterval: order, arguments, clearing from everywhere, refreshing, promises around them, dangling. */
import { condition, duration, workflow } from "eventual";
import { show } from "./support/show";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Poller {
  readonly #seen: string[];
  #left: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(seen: string[], times: number) {
    this.#seen = seen;
    this.#left = times;
  }

  start(ms: number): void {
    this.#timer = setInterval(() => this.#poll(), ms);
  }

  #poll(): void {
    this.#seen.push(`poll ${this.#left} ${new Date().toISOString()}`);
    if (--this.#left === 0) clearInterval(this.#timer);
  }
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const now = (): string => new Date().toISOString();
  const note = (...parts: unknown[]): void => void trace.push(`${parts.map((part) => show(part)).join(" ")} ${now()}`);

  await sleep(90 * 86_400_000);
  note("a quarter of a year");
  for (const delay of [-5, Number.NaN, undefined, 0, 1]) setTimeout(note, delay, "short", delay);
  setTimeout(note, 3, "third");
  setTimeout(note, 2, "second", { of: [1, 2] }, new Date(0));
  await duration(3, "milliseconds");
  note("order");

  const never = setTimeout(() => note("never"), 10);
  const gone = setTimeout(() => note("gone"), 10);
  setTimeout(() => clearTimeout(gone), 9);
  clearTimeout(never);
  clearTimeout(never);
  clearTimeout(undefined);
  const asNumber = setTimeout(() => note("never"), 10);
  clearTimeout(Number(asNumber));
  await sleep(20);

  const later = setTimeout(() => note("refreshed"), 50);
  await sleep(30);
  later.refresh();
  await sleep(30);
  note("not yet");
  await sleep(30);
  note(later.unref().hasRef());

  const poller = new Poller(trace, 4);
  poller.start(250);
  let ticks = 0;
  const metronome = setInterval(
    async (step: number) => {
      await duration(40, "milliseconds");
      ticks += step;
    },
    100,
    2,
  );
  await condition(() => ticks >= 10);
  clearInterval(metronome);
  note("ticks", ticks);
  await duration(1);
  note("ticks", ticks);

  const race = await Promise.race([sleep(5).then(() => "timeout"), duration(1).then(() => "duration")]);
  note(race);
  const nested: string[] = [];
  setTimeout(() => {
    nested.push("outer");
    queueMicrotask(() => nested.push("microtask"));
    setTimeout(() => nested.push("inner"), 1);
    void Promise.resolve().then(() => nested.push("promise"));
  });
  setTimeout(() => nested.push("same moment"));
  await sleep(10);
  note(nested);
  setInterval(() => note("dangling"), 1000);
  return trace;
});
