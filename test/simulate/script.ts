/**
 * Random workflows as data: a script says what an execution does, the program in fixtures/program.ts does it, and
 * `model` says what must come of it.
 *
 * R1  What comes of a script does not depend on timing: so every run, with whatever faults, has to give the same.
 */
import type { Chance } from "./random.js";

export type Step =
  /** Adds what the task gives, after `fails` failed attempts under a retry policy. */
  | { readonly do: "task"; readonly n: number; readonly fails: number }
  /** A task that must not be run twice; adds nothing, since an interruption may keep its result away. */
  | { readonly do: "once"; readonly n: number }
  | { readonly do: "sleep"; readonly ms: number }
  | { readonly do: "all"; readonly branches: readonly Script[] }
  /** The sooner of two timers adds its number. */
  | { readonly do: "race"; readonly soon: number; readonly late: number }
  /** Adds `n`, or what `otherwise` adds if the body fails. */
  | { readonly do: "try"; readonly body: Script; readonly otherwise: Script }
  | { readonly do: "fail" }
  /** Waits for signals and adds their payloads. */
  | { readonly do: "expect"; readonly signal: string; readonly count: number }
  | { readonly do: "send"; readonly to: string; readonly signal: string; readonly n: number }
  | { readonly do: "child"; readonly body: Script }
  | { readonly do: "repeat"; readonly times: number; readonly body: Script }
  /** A branch sets a flag after a timer; the condition waits for it. */
  | { readonly do: "condition"; readonly ms: number }
  /** Undone in reverse order when `fails`; adds what the undo tasks give. */
  | { readonly do: "saga"; readonly steps: readonly number[]; readonly fails: boolean }
  /** Adds `n` in a callback of setTimeout. */
  | { readonly do: "timeout"; readonly ms: number; readonly n: number }
  /** A task with a transaction, which adds a row and what a task adds. */
  | { readonly do: "book"; readonly n: number }
  /** An event, which its subscription cannot handle the first `fails` times. */
  | { readonly do: "emit"; readonly n: number; readonly fails: number }
  /** A scope with a task and a long timer that is cancelled after `ms`: adds `n`. */
  | { readonly do: "scope"; readonly ms: number; readonly n: number }
  /** Handles requests from outside, and adds their payloads. */
  | { readonly do: "answer"; readonly signal: string; readonly count: number };
export type Script = readonly Step[];

/** A signal from outside: payloads are unique in a run. */
export interface OutsideSignal {
  readonly to: string;
  readonly signal: string;
  readonly n: number;
  /** The sender waits for an answer. */
  readonly asks: boolean;
}

export interface Workload {
  readonly scripts: ReadonlyMap<string, Script>;
  readonly signals: readonly OutsideSignal[];
}

/** What a task gives for its number. */
export const taskResult = (n: number): number => (n * 7 + 3) % 1000;

/** What the handler of a request gives for its payload. */
export const answerTo = (n: number): number => n * 2;
/** An event that no attempt can handle. */
export const HOPELESS = 99;

const DEPTH = 3;

/** Executions `s0`, `s1`, … with their scripts, and the signals that they wait for and nobody of them sends. */
export function workload(chance: Chance): Workload {
  const names = Array.from({ length: 1 + chance.upTo(4) }, (_, i) => `s${i}`);
  const signals: OutsideSignal[] = [];
  const extra = new Map<string, Step[]>(names.map((name) => [name, []]));
  let payload = 100_000;
  const scripts = names.map((name): [string, Script] => {
    let expected = 0;
    const expect = (): Step => {
      const signal = `${name}-${expected++}`;
      const count = 1 + chance.upTo(3);
      if (chance.percent(25)) {
        for (let i = 0; i < count; i++) signals.push({ to: name, signal, n: payload++, asks: true });
        return { do: "answer", signal, count };
      }
      for (let i = 0; i < count; i++) {
        const n = payload++;
        const sender = chance.pick(names);
        if (chance.percent(50) || sender === name) signals.push({ to: name, signal, n, asks: false });
        else extra.get(sender)?.push({ do: "send", to: name, signal, n });
      }
      return { do: "expect", signal, count };
    };
    return [name, script(chance, DEPTH, expect)];
  });
  // Those who send do it first, so that nobody waits in a circle.
  return { scripts: new Map(scripts.map(([name, steps]) => [name, [...(extra.get(name) ?? []), ...steps]])), signals };
}

function script(chance: Chance, depth: number, expect: (() => Step) | undefined): Script {
  return Array.from({ length: 1 + chance.upTo(4) }, () => step(chance, depth, expect));
}

function step(chance: Chance, depth: number, expect: (() => Step) | undefined): Step {
  const below = (): Script => script(chance, depth - 1, undefined);
  const n = chance.upTo(1000);
  const simple: (() => Step)[] = [
    () => ({ do: "task", n, fails: chance.percent(20) ? 1 + chance.upTo(2) : 0 }),
    () => ({ do: "task", n, fails: 0 }),
    () => ({ do: "once", n }),
    () => ({ do: "sleep", ms: chance.upTo(5000) }),
    () => ({ do: "race", soon: n, late: chance.upTo(1000) }),
    () => ({ do: "condition", ms: chance.upTo(3000) }),
    () => ({
      do: "saga",
      steps: Array.from({ length: 1 + chance.upTo(3) }, () => chance.upTo(1000)),
      fails: chance.percent(50),
    }),
    () => ({ do: "timeout", ms: chance.upTo(5000), n }),
    () => ({ do: "book", n }),
    () => ({ do: "emit", n, fails: chance.pick([0, 0, 1, HOPELESS]) }),
    () => ({ do: "scope", ms: chance.upTo(4000), n }),
    ...(expect === undefined ? [] : [expect]),
  ];
  const nested: (() => Step)[] = [
    () => ({ do: "all", branches: Array.from({ length: 1 + chance.upTo(4) }, below) }),
    () => ({
      do: "try",
      body: chance.percent(50) ? [...below(), { do: "fail" }] : below(),
      otherwise: below(),
    }),
    () => ({ do: "child", body: below() }),
    () => ({ do: "repeat", times: 1 + chance.upTo(3), body: below() }),
  ];
  return chance.pick(depth > 0 && chance.percent(35) ? nested : simple)();
}

export interface Expected {
  readonly sum: number;
  /** Calls of tasks with results that count, and how often each number is sent to one. */
  readonly calls: number;
  /** The numbers of its rows, and of its events with how often they cannot be handled. */
  readonly rows: readonly number[];
  readonly events: readonly (readonly [n: number, fails: number])[];
}

/** What a script must give, with the payloads of the signals that go to its execution. Throws no errors of scripts. */
export function model(steps: Script, payloads: ReadonlyMap<string, readonly number[]>): Expected {
  let sum = 0;
  let calls = 0;
  const rows: number[] = [];
  const events: (readonly [number, number])[] = [];
  const run = (list: Script): boolean => {
    for (const one of list) if (!runStep(one)) return false;
    return true;
  };
  const task = (n: number, times = 1): void => {
    calls += times;
    sum += taskResult(n);
  };
  const runStep = (one: Step): boolean => {
    switch (one.do) {
      case "task":
        task(one.n);
        return true;
      case "race":
        sum += one.soon;
        return true;
      case "all":
        return one.branches.every(run);
      case "try": {
        const before = sum;
        if (run(one.body)) return true;
        sum = before;
        return run(one.otherwise);
      }
      case "fail":
        return false;
      case "timeout":
      case "scope":
        sum += one.n;
        return true;
      case "book":
        rows.push(one.n);
        sum += taskResult(one.n);
        return true;
      case "emit":
        events.push([one.n, one.fails]);
        return true;
      case "answer":
      case "expect":
        for (const n of payloads.get(one.signal) ?? []) sum += n;
        return true;
      case "child":
        return run(one.body);
      case "repeat":
        for (let i = 0; i < one.times; i++) if (!run(one.body)) return false;
        return true;
      case "saga":
        for (const n of one.steps) task(n);
        if (!one.fails) return true;
        // The results of the steps are lost with the saga; those of the undo steps count.
        for (const n of one.steps) sum -= taskResult(n);
        for (const n of one.steps) task(n + 1);
        return true;
      default:
        return true;
    }
  };
  run(steps);
  return { sum, calls, rows, events };
}
