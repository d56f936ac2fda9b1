/**
 * Where an execution stands: its waiting calls with source lines and variables, and what they wait for. Everything is
 * read from the checkpoint and the program's manifest; no code runs.
 *
 * S1  A checkpoint may be older than the execution: `newer` says how many activations are not in it.
 */
import * as z from "zod";
import { seqOf } from "../guest/numbers.js";
import { FRAME } from "../protocol/helpers.js";
import type { FunctionEntry, Program } from "../protocol/program.js";
import type { ExaminedExecution } from "../store/sqlite/examine.js";
import { Heap, KIND, type Reference } from "./heap.js";

export interface Standing {
  /** Activations since the checkpoint, which this does not show. */
  readonly newer: number;
  /** Undefined while the execution has no checkpoint: then it is its recorded activations. */
  readonly stacks: readonly Stack[] | undefined;
}

/** Calls that wait, the innermost first: each of the others waits for the one before it. */
export interface Stack {
  readonly waitsFor: WaitsFor;
  readonly frames: readonly StandingFrame[];
}

/** Times in ms since the epoch. */
export type WaitsFor =
  | { readonly kind: "task"; readonly task: string; readonly attempt: number; readonly since: number }
  | { readonly kind: "timer"; readonly at: number }
  | { readonly kind: "signal"; readonly signal: string }
  | { readonly kind: "operation" }
  | { readonly kind: "promise" };

export interface StandingFrame {
  readonly function: string;
  readonly file: string;
  /** From 1; undefined where the program does not know the place. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The source around the line. */
  readonly source: readonly { readonly line: number; readonly text: string }[];
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

/** Lines shown before and after the one where a call rests, unless told otherwise. */
const CONTEXT_LINES = 2;
/** How deep values are opened. */
const VALUE_DEPTH = 3;
const FRAME_FIXED = 5;
const PROMISE_FIXED = 4;
/** See runtime/guest/promise.ts. */
const SCOPED = 2;

const mapSchema = z.looseObject({
  sources: z.array(z.string().nullable()),
  sourcesContent: z.array(z.string().nullable()).optional(),
});

/** Reads where `execution`, which runs on `program`, stands. Throws Fault EV5101, EV5102 for a damaged checkpoint. */
export function standingOf(execution: ExaminedExecution, program: Program, lines = CONTEXT_LINES): Standing {
  const newer = execution.tail.count;
  if (execution.checkpoint === undefined) return { newer, stacks: undefined };
  return { newer, stacks: new Reading(execution, program, new Heap(execution.checkpoint.text), lines).stacks() };
}

class Reading {
  readonly #execution: ExaminedExecution;
  readonly #heap: Heap;
  readonly #lines: number;
  readonly #functions: ReadonlyMap<string, { readonly file: string; readonly entry: FunctionEntry }>;
  readonly #sources: ReadonlyMap<string, readonly string[]>;

  constructor(execution: ExaminedExecution, program: Program, heap: Heap, lines: number) {
    this.#lines = lines;
    this.#execution = execution;
    this.#heap = heap;
    this.#functions = new Map(
      program.manifest.modules.flatMap(({ id: file, functions }) =>
        functions.map((entry) => [entry.id, { file, entry }] as const),
      ),
    );
    this.#sources = sourcesOf(program);
  }

  stacks(): Stack[] {
    const heap = this.#heap;
    const frames = new Set(heap.rows(new Set([KIND.frame])));
    /** By waiting frame: the promise. By promise: the frames that wait for it, and the call whose outcome it is. */
    const awaited = new Map<number, number>();
    const waiting = new Map<number, number[]>();
    const callOf = new Map<number, number>();
    for (const promise of heap.rows(new Set([KIND.promise]))) {
      const reactions = heap
        .slots(promise)
        .slice(PROMISE_FIXED)
        .map((reference) => this.#reacting(heap.rowOf(reference)));
      const parked = reactions.filter((row): row is number => row !== undefined && frames.has(row));
      waiting.set(promise, parked);
      for (const frame of parked) awaited.set(frame, promise);
    }
    for (const frame of awaited.keys()) {
      const promise = this.#promiseOf(frame);
      if (promise !== undefined) callOf.set(promise, frame);
    }
    const stacks: Stack[] = [];
    for (const [innermost, promise] of awaited) {
      if (callOf.has(promise)) continue;
      const chain: number[] = [];
      for (let frame: number | undefined = innermost; frame !== undefined && !chain.includes(frame); ) {
        chain.push(frame);
        const own = this.#promiseOf(frame);
        frame = own === undefined ? undefined : waiting.get(own)?.[0];
      }
      stacks.push({ waitsFor: this.#waitsFor(promise), frames: chain.map((frame) => this.#frame(frame)) });
    }
    return stacks;
  }

  /** The reaction inside one that belongs to a cancellation scope. */
  #reacting(row: number | undefined): number | undefined {
    if (row === undefined || this.#heap.tag(row) !== KIND.array) return row;
    const [tag, , inner] = this.#heap.slots(row);
    return this.#heap.plain(tag) === SCOPED ? this.#heap.rowOf(inner) : row;
  }

  /** The promise of an async function's call. */
  #promiseOf(frame: number): number | undefined {
    const owner = this.#heap.rowOf(this.#heap.slots(frame)[FRAME.owner]);
    return owner !== undefined && this.#heap.tag(owner) === KIND.promise ? owner : undefined;
  }

  #waitsFor(promise: number): WaitsFor {
    const signal = this.#signalOf(promise);
    if (signal !== undefined) return { kind: "signal", signal };
    const seq = this.#operationOf(promise);
    if (seq === undefined) return { kind: "promise" };
    const task = this.#execution.tasks.find((row) => row.seq === seq);
    if (task !== undefined) return { kind: "task", task: task.task, attempt: task.attempt, since: task.since };
    const timer = this.#execution.timers.find((row) => row.seq === seq);
    return timer === undefined ? { kind: "operation" } : { kind: "timer", at: timer.at };
  }

  /** The number of the durable operation that settles a promise. */
  #operationOf(promise: number): number | undefined {
    const operations = this.#state("operations");
    const entries = operations === undefined ? [] : this.#heap.slots(operations);
    const at = entries.findIndex((reference, index) => index % 2 === 1 && this.#heap.rowOf(reference) === promise);
    const key = this.#heap.plain(entries[at - 1]);
    return at === -1 || typeof key !== "number" ? undefined : seqOf(key);
  }

  /** The signal that settles a promise: `state.signals.waiting` holds the waiters by name. */
  #signalOf(promise: number): string | undefined {
    const heap = this.#heap;
    const signals = this.#state("signals");
    const waiting = signals === undefined ? undefined : heap.rowOf(heap.properties(signals).get("waiting"));
    const entries = waiting === undefined ? [] : heap.slots(waiting);
    for (let at = 0; at + 1 < entries.length; at += 2) {
      const list = heap.rowOf(entries[at + 1]);
      const waiters = list === undefined ? [] : heap.slots(list);
      const found = waiters.some((waiter) => {
        const row = heap.rowOf(waiter);
        return row === promise || (row !== undefined && heap.rowOf(heap.properties(row).get("promise")) === promise);
      });
      const name = heap.plain(entries[at]);
      if (found && typeof name === "string") return name;
    }
    return undefined;
  }

  #state(field: string): number | undefined {
    const state = this.#heap.rowOf(this.#heap.root());
    return state === undefined ? undefined : this.#heap.rowOf(this.#heap.properties(state).get(field));
  }

  #frame(row: number): StandingFrame {
    const heap = this.#heap;
    const slots = heap.slots(row);
    const [code, pc, , , count] = slots;
    const id = String(heap.plain(code));
    const captures = Number(heap.plain(count));
    const from = FRAME_FIXED;
    const known = this.#functions.get(id);
    const point = known?.entry.points.find((candidate) => candidate.pc === heap.plain(pc));
    const line = point?.position.line;
    const file = known?.file ?? id.split("#", 1)[0] ?? id;
    return {
      function: functionName(id, known?.entry),
      file,
      line,
      column: point?.position.column,
      source: line === undefined ? [] : this.#around(file, line),
      variables: [
        ...this.#variables(known?.entry.captures ?? [], slots.slice(from, from + captures)),
        ...this.#variables(point?.slots ?? [], slots.slice(from + captures)),
      ],
    };
  }

  /** Named values. Those that the compiler made up are left out; a record of shared variables is opened. */
  #variables(names: readonly string[], references: readonly Reference[]): StandingFrame["variables"] {
    return names.flatMap((name, index) => {
      const reference = references[index];
      if (name.startsWith("$e")) {
        const row = this.#heap.rowOf(reference);
        const shared = row === undefined ? [] : [...this.#heap.properties(row)];
        return shared.map(([key, value]) => ({ name: key, value: this.#heap.text(value, VALUE_DEPTH) }));
      }
      return name.startsWith("$") ? [] : [{ name, value: this.#heap.text(reference, VALUE_DEPTH) }];
    });
  }

  #around(file: string, line: number): StandingFrame["source"] {
    const lines = this.#sources.get(file) ?? [];
    const first = Math.max(1, line - this.#lines);
    return lines.slice(first - 1, line + this.#lines).map((text, index) => ({ line: first + index, text }));
  }
}

/** `checkout`, or for a function without a name what it was given to: `workflow(order)`. */
function functionName(id: string, entry: FunctionEntry | undefined): string {
  if (entry !== undefined && entry.name !== "") return entry.name;
  return (id.split("#")[1] ?? id).replaceAll(/\[\d+\]/g, "");
}

function sourcesOf(program: Program): ReadonlyMap<string, readonly string[]> {
  const map = mapSchema.safeParse(JSON.parse(program.guest.map)).data;
  const found = new Map<string, readonly string[]>();
  map?.sources.forEach((source, index) => {
    const content = map.sourcesContent?.[index];
    if (source !== null && typeof content === "string") found.set(source, content.split("\n"));
  });
  return found;
}
