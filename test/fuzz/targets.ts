/**
 * Whatever reads what it did not write itself, fed with damaged input. Each must answer with a value, or with the error
 * that it promises; nothing else may come of it.
 */
import assert from "node:assert/strict";
import { parseJson } from "#runtime/cli/json-input.js";
import { parseProgram } from "#runtime/client/program-file.js";
import { commandSchema } from "#runtime/protocol/command.js";
import { eventSchema } from "#runtime/protocol/event.js";
import { Fault } from "#runtime/protocol/fault.js";
import { hostRequestSchema } from "#runtime/protocol/host-request.js";
import { type Program, programSchema } from "#runtime/protocol/program.js";
import { decode, encode, encodeError, toDisplay } from "#runtime/protocol/value.js";
import { readReply } from "#runtime/sandbox/reply.js";
import { type Chance, chanceFrom } from "../simulate/random.js";
import { mutateJson, mutateText } from "./mutate.js";

export type Target = (chance: Chance) => void;

/** Values of every kind that the codec knows, with cycles. */
function values(): readonly unknown[] {
  const cyclic: Record<string, unknown> = { list: [1, undefined, Number.NaN, -0, 10n ** 30n] };
  cyclic.self = cyclic;
  const deep = new AggregateError([new TypeError("inner", { cause: cyclic })], "outer");
  return [
    { plain: [1, "two", null, { three: [true] }] },
    [cyclic, new Map([[cyclic, new Set([1, "a"])]]), new Date(0), /a+b/gi],
    [new Uint8Array([1, 2, 3]), new Float64Array([0.5]), new ArrayBuffer(4), new Array(3)],
    deep,
  ];
}

const REPLY = {
  results: [
    {
      commands: [
        { kind: "task", seq: 1, task: "charge", input: "j1", onCrash: "retry" },
        { kind: "timer", seq: 2, at: 1000 },
        { kind: "close", status: "SUCCEEDED", outcome: { ok: true, value: "j1" } },
      ],
      logs: [{ level: "info", text: "hello" }],
      closed: true,
    },
  ],
};

const REQUESTS = [
  { kind: "start", workflow: "w", input: "j1", name: "n" },
  { kind: "signal", execution: "w/n", signal: "s", payload: "j1" },
  { kind: "statement", attempt: "1#1@0", mode: "run", sql: "SELECT ?", parameters: [1, "a", null, true] },
  { kind: "emit", events: [{ event: "e", payload: "j1", subscriptions: ["s"] }] },
];

/** The targets, by name. */
export function targets(program: Program): Readonly<Record<string, Target>> {
  const encoded = [...values().map((value) => encode(value)), encodeError(new Error("x", { cause: { a: [1] } }))];
  const text = JSON.stringify(program);
  return {
    "the value codec": (chance) => {
      const damaged = damage(chance.pick(encoded), chance, 1);
      for (const read of [decode, toDisplay]) {
        expect(
          () => read(damaged),
          (error) => error instanceof TypeError && /not an encoded value/.test(error.message),
        );
      }
    },
    "the program loader": (chance) => {
      const damaged = chance.percent(50) ? mutateText(text, chance) : JSON.stringify(mutateJson(program, chance));
      const read = expect(() => parseProgram("a.evp", damaged ?? ""), isFault(/^EV820[2-4]$/));
      // What is taken is what the compiler wrote: its hash says so.
      if (read !== undefined) assert.deepEqual(read, programSchema.parse(program));
    },
    "replies of the guest": (chance) => {
      const whole = `${JSON.stringify(REPLY)}\ncheckpoint`;
      const json = (): string => JSON.stringify(mutateJson(REPLY, chance)) ?? "";
      const read = readReply(chance.percent(50) ? mutateText(whole, chance) : json(), 1);
      if (typeof read === "string") return;
      for (const { commands } of read.reply.results) for (const each of commands) commandSchema.parse(each);
    },
    "requests of task handlers": (chance) => {
      const request = mutateJson(chance.pick(REQUESTS), chance);
      for (const schema of [hostRequestSchema, eventSchema, commandSchema]) {
        const parsed = schema.safeParse(request);
        if (parsed.success) assert.equal(Object.getPrototypeOf(parsed.data), Object.prototype);
      }
    },
    "JSON of the command line": (chance) => {
      const damaged = mutateText(
        JSON.stringify({ to: "ada", list: [1, { a: null }] }, null, chance.pick([0, 2])),
        chance,
      );
      expect(() => parseJson(damaged, "--input"), isFault(/^EV8206$/));
    },
  };
}

/** Runs a target `runs` times from `seed` on. Throws with the seed for what must not be. */
export function fuzz(name: string, target: Target, seed: number, runs: number): void {
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  for (let at = seed; at < seed + runs; at++) {
    try {
      target(chanceFrom(at));
      assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), before, "Object.prototype is as it was");
      assert.equal(({} as { polluted?: unknown }).polluted, undefined, "no prototype is polluted");
    } catch (cause) {
      throw new Error(`${name}, seed ${at}`, { cause });
    }
  }
}

/** Damages what follows the first `keep` characters, as text or as JSON. */
function damage(text: string, chance: Chance, keep: number): string {
  if (chance.percent(40)) return mutateText(text, chance);
  return text.slice(0, keep) + (JSON.stringify(mutateJson(JSON.parse(text.slice(keep)), chance)) ?? "");
}

/** What `read` gives; undefined for an error that it may throw. Throws any other. */
function expect<T>(read: () => T, isPromised: (error: unknown) => boolean): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isPromised(error)) throw error;
    return undefined;
  }
}

function isFault(code: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Fault && code.test(error.code);
}
