/**
 * Where an execution stands: its waiting calls with source lines and variables, and what they wait for. Everything is
 * read from the checkpoint and the program's manifest; no code runs.
 *
 * S1  A checkpoint may be older than the execution: `newer` says how many activations are not in it.
 */
import * as z from "zod";
import { FRAME } from "../protocol/helpers.js";
import type { FunctionEntry, Program } from "../protocol/program.js";
import type { ExaminedExecution } from "../store/sqlite/examine.js";
import { Heap, KIND, type Reference } from "./heap.js";
import { Waits, type WaitsFor } from "./waits.js";

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
    /** By promise: the frame of the call whose outcome it is. By waiting frame: the promise that it waits for. */
    const callOf = new Map<number, number>();
    for (const frame of this.#heap.rows(new Set([KIND.frame]))) {
      const promise = this.#promiseOf(frame);
      if (promise !== undefined) callOf.set(promise, frame);
    }
    const nameOf = (frame: number | undefined) => (frame === undefined ? undefined : this.#nameOf(frame));
    const waits = new Waits(this.#execution, this.#heap, (promise) => nameOf(callOf.get(promise)));
    const stacks: Stack[] = [];
    for (const [promise, parked] of waits.parked) {
      if (callOf.has(promise)) continue;
      for (const innermost of parked) {
        const chain: number[] = [];
        for (let frame: number | undefined = innermost; frame !== undefined && !chain.includes(frame); ) {
          chain.push(frame);
          const own = this.#promiseOf(frame);
          frame = own === undefined ? undefined : waits.parked.get(own)?.[0];
        }
        stacks.push({ waitsFor: waits.of(promise), frames: chain.map((frame) => this.#frame(frame)) });
      }
    }
    return stacks;
  }

  /** The promise of an async function's call. */
  #promiseOf(frame: number): number | undefined {
    const owner = this.#heap.rowOf(this.#heap.slots(frame)[FRAME.owner]);
    return owner !== undefined && this.#heap.tag(owner) === KIND.promise ? owner : undefined;
  }

  #nameOf(frame: number): string {
    const id = String(this.#heap.plain(this.#heap.slots(frame)[0]));
    return functionName(id, this.#functions.get(id)?.entry);
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

/** The lines of a program's source files, by the names that its manifest and frames have for them. */
export function sourcesOf(program: Program): ReadonlyMap<string, readonly string[]> {
  const map = mapSchema.safeParse(JSON.parse(program.guest.map)).data;
  const found = new Map<string, readonly string[]>();
  map?.sources.forEach((source, index) => {
    const content = map.sourcesContent?.[index];
    if (source !== null && typeof content === "string") found.set(source, content.split("\n"));
  });
  return found;
}
