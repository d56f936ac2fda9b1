/**
 * What a pending promise of a checkpoint waits for: an operation of the host, a signal, a condition, a call, or several
 * of these together. Told by the reactions on other promises, each of which leads to the promise that it will settle.
 */
import { seqOf } from "../guest/numbers.js";
import type { ExaminedExecution } from "../store/sqlite/examine.js";
import { type Heap, KIND, type Reference } from "./heap.js";

/** One thing that is waited for. Times in ms since the epoch. */
export type Pending =
  | { readonly kind: "task"; readonly task: string; readonly attempt: number; readonly since: number }
  | { readonly kind: "timer"; readonly at: number }
  | { readonly kind: "signal"; readonly signal: string }
  /** The end of another execution. */
  | { readonly kind: "child"; readonly execution: string }
  | { readonly kind: "condition" }
  /** An async function of the workflow, which waits somewhere else. */
  | { readonly kind: "call"; readonly function: string }
  /** Several, inside of several. */
  | { readonly kind: "together"; readonly how: Together; readonly count: number }
  | { readonly kind: "operation" }
  | { readonly kind: "promise" };

export type Together = "all" | "allSettled" | "any" | "race";

export type WaitsFor =
  | Pending
  /** The first `of` those that are pending, of `count`. */
  | { readonly kind: "several"; readonly how: Together; readonly of: readonly Pending[]; readonly count: number };

/** See runtime/guest/promise.ts: slots of a promise before its reactions, and the tags of these. */
const PROMISE_FIXED = 4;
const [THEN, SCOPED, ELEMENT] = [1, 2, 3];
const RESOLVE = "rt:resolve";
const TOGETHER = ["all", "allSettled", "any", "race"] as const;
/** Of several, as many are told. */
const MOST_OF = 8;

/** That a pending promise, when it is settled, settles another. */
interface Lead {
  readonly from: number;
  /** Undefined: it hands on its outcome. */
  readonly how: Together | undefined;
}

export class Waits {
  readonly #execution: ExaminedExecution;
  readonly #heap: Heap;
  readonly #parked = new Map<number, readonly number[]>();
  readonly #leads = new Map<number, Lead[]>();
  readonly #operations = new Map<number, Pending>();
  readonly #callOf: (promise: number) => string | undefined;

  /** `callOf`: the function whose call a promise is the outcome of. */
  constructor(execution: ExaminedExecution, heap: Heap, callOf: (promise: number) => string | undefined) {
    this.#execution = execution;
    this.#heap = heap;
    this.#callOf = callOf;
    for (const promise of heap.rows(new Set([KIND.promise]))) {
      const reactions = heap.slots(promise).slice(PROMISE_FIXED);
      this.#parked.set(
        promise,
        reactions.flatMap((reaction) => this.#reaction(promise, heap.rowOf(reaction))),
      );
    }
    this.#readOperations();
    this.#readSignals();
    this.#readConditions();
  }

  /** By promise: the frames that wait for it. */
  get parked(): ReadonlyMap<number, readonly number[]> {
    return this.#parked;
  }

  /** What the promise in that row waits for. */
  of(promise: number): WaitsFor {
    const known = this.#operations.get(promise);
    if (known !== undefined) return known;
    const seen = new Set<number>();
    for (let at = promise; !seen.has(at); ) {
      seen.add(at);
      const one = this.#one(at);
      if (one.kind !== "promise") return one;
      const leads = this.#leads.get(at) ?? [];
      const [first] = leads;
      if (first === undefined) break;
      const how = first.how ?? (leads.length > 1 ? "race" : undefined);
      if (how !== undefined) {
        const of = leads.slice(0, MOST_OF).map(({ from }) => this.#through(from));
        return { kind: "several", how, of, count: leads.length };
      }
      at = first.from;
    }
    return { kind: "promise" };
  }

  /** The only thing that a promise hands on, if that can be said. */
  #through(promise: number): Pending {
    const found = this.of(promise);
    return found.kind === "several" ? { kind: "together", how: found.how, count: found.count } : found;
  }

  #one(promise: number): Pending {
    const operation = this.#operations.get(promise);
    if (operation !== undefined) return operation;
    const call = this.#callOf(promise);
    return call === undefined ? { kind: "promise" } : { kind: "call", function: call };
  }

  /** The frame that a reaction on `promise` resumes; of another reaction it is noted which promise it leads to. */
  #reaction(promise: number, row: number | undefined): number[] {
    if (row === undefined) return [];
    const heap = this.#heap;
    if (heap.tag(row) === KIND.frame) return [row];
    if (heap.tag(row) !== KIND.array) return [];
    const [tag, second, third, fourth] = heap.slots(row);
    switch (heap.plain(tag)) {
      case SCOPED:
        return this.#reaction(promise, heap.rowOf(third));
      case ELEMENT: {
        const how = TOGETHER.find((known) => known === heap.plain(fourth));
        this.#lead(this.#field(this.#field(heap.rowOf(second), "capability"), "promise"), { from: promise, how });
        return [];
      }
      case THEN: {
        const capability = heap.rowOf(second);
        const settled = capability === undefined ? undefined : this.#settledBy(capability);
        this.#lead(settled ?? this.#resolvedBy(heap.rowOf(third)), { from: promise, how: undefined });
        return [];
      }
      default:
        return [];
    }
  }

  #lead(to: number | undefined, lead: Lead): void {
    if (to === undefined) return;
    const leads = this.#leads.get(to) ?? [];
    leads.push(lead);
    this.#leads.set(to, leads);
  }

  /** The promise of a capability: for ordinary promises itself. */
  #settledBy(capability: number): number | undefined {
    return this.#heap.tag(capability) === KIND.promise ? capability : this.#field(capability, "promise");
  }

  /** The promise that a resolving function resolves. */
  #resolvedBy(closure: number | undefined): number | undefined {
    if (closure === undefined || this.#heap.tag(closure) !== KIND.closure) return undefined;
    const [code, promise] = this.#heap.slots(closure);
    return this.#heap.plain(code) === RESOLVE ? this.#heap.rowOf(promise) : undefined;
  }

  /** `state.operations`: by key the bare promise of a task or timer, or a record of what is waited for. */
  #readOperations(): void {
    const heap = this.#heap;
    for (const [key, value] of pairs(this.#slotsOf(this.#state("operations")))) {
      const row = heap.rowOf(value);
      const number = heap.plain(key);
      if (row === undefined || typeof number !== "number") continue;
      const isBare = heap.tag(row) === KIND.promise;
      const promise = isBare ? row : this.#field(row, "promise");
      if (promise === undefined) continue;
      const execution = isBare ? undefined : heap.plain(heap.properties(row).get("execution"));
      this.#operations.set(
        promise,
        typeof execution === "string" ? { kind: "child", execution } : this.#operation(seqOf(number)),
      );
    }
  }

  #operation(seq: number): Pending {
    const task = this.#execution.tasks.find((row) => row.seq === seq);
    if (task !== undefined) return { kind: "task", task: task.task, attempt: task.attempt, since: task.since };
    const timer = this.#execution.timers.find((row) => row.seq === seq);
    return timer === undefined ? { kind: "operation" } : { kind: "timer", at: timer.at };
  }

  /** `state.signals.waiting`: lists of waiters by name. */
  #readSignals(): void {
    const heap = this.#heap;
    for (const [key, value] of pairs(this.#slotsOf(this.#field(this.#state("signals"), "waiting")))) {
      const signal = heap.plain(key);
      if (typeof signal !== "string") continue;
      for (const waiter of this.#slotsOf(heap.rowOf(value))) {
        const row = heap.rowOf(waiter);
        const promise = row !== undefined && heap.tag(row) === KIND.promise ? row : this.#field(row, "promise");
        if (promise !== undefined) this.#operations.set(promise, { kind: "signal", signal });
      }
    }
  }

  #readConditions(): void {
    for (const entry of this.#slotsOf(this.#state("conditions"))) {
      const promise = this.#field(this.#heap.rowOf(entry), "promise");
      if (promise !== undefined) this.#operations.set(promise, { kind: "condition" });
    }
  }

  #slotsOf(row: number | undefined): readonly Reference[] {
    return row === undefined ? [] : this.#heap.slots(row);
  }

  #field(row: number | undefined, name: string): number | undefined {
    return row === undefined ? undefined : this.#heap.rowOf(this.#heap.properties(row).get(name));
  }

  #state(field: string): number | undefined {
    return this.#field(this.#heap.rowOf(this.#heap.root()), field);
  }
}

/** Entries of a map's slots. */
function pairs(slots: readonly Reference[]): (readonly [key: Reference | undefined, value: Reference | undefined])[] {
  return slots.flatMap((key, index) => (index % 2 === 0 ? [[key, slots[index + 1]] as const] : []));
}
