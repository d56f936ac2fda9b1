/**
 * One QuickJS context for one program, in a WebAssembly instance of its own. Knows calls and how they can end, nothing
 * of requests.
 *
 * R1  No host function is reachable from the guest: the only way in is a call, the only way out its string.
 * R2  User code has no name for the guest's entry: it is taken off the global object before the program is evaluated.
 * R3  After `memory` or `broken` the realm is dead: the owner forgets it without disposing.
 */
import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten";
import { Fault } from "../protocol/fault.js";
import type { Budget } from "./budget.js";
import { type AsFault, evaluate, guestFault, guestInstance, type InstanceSettings, takeError } from "./instance.js";
import { EVALUATION_DEADLINES, GUEST_BOOT_MS, type SandboxLimits } from "./limits.js";
import type { SandboxProgram } from "./sandbox.js";
import { GUEST_FILE, mapStack, PROGRAM_FILE } from "./stack.js";
import { type GuestError, Wire } from "./wire.js";

/** How one turn ended. `micros` is its running time in microseconds. */
export type TurnOutcome =
  | { readonly kind: "text"; readonly text: string; readonly micros: number }
  /** The budget ran out; the execution's instance is in an unknown state, the realm is sound. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "threw"; readonly error: GuestError }
  | { readonly kind: "memory" }
  /** Trap, abort, or the thread's own stack overflow. */
  | { readonly kind: "broken"; readonly message: string };

export interface RealmSettings extends InstanceSettings {
  readonly limits: SandboxLimits;
  readonly announce: Announce;
}

/** Called before guest code runs, with the milliseconds it may take: the watchdog's sight of this thread. */
export type Announce = (budgetMs: number) => void;

export class Realm {
  readonly program: SandboxProgram;
  /** Executions with an instance in this realm. */
  readonly live = new Set<string>();
  /** Calls made so far. */
  turns = 0;
  readonly #context: QuickJSContext;
  readonly #memory: WebAssembly.Memory;
  readonly #budget: Budget;
  readonly #wire: Wire;
  readonly #turn: QuickJSHandle;
  readonly #drop: QuickJSHandle;

  private constructor(
    program: SandboxProgram,
    context: QuickJSContext,
    memory: WebAssembly.Memory,
    budget: Budget,
    entry: GuestHandles,
  ) {
    this.program = program;
    this.#context = context;
    this.#memory = memory;
    this.#budget = budget;
    this.#wire = new Wire(context, memory);
    this.#turn = entry.turn;
    this.#drop = entry.drop;
  }

  /**
   * Makes a realm: guest runtime, hardening, program.
   * @throws Fault EV5201 when the program cannot be evaluated, EV5209 when the guest runtime cannot
   */
  static async boot(program: SandboxProgram, settings: RealmSettings): Promise<Realm> {
    const { limits, budget, announce } = settings;
    announce(GUEST_BOOT_MS);
    const { context, memory } = await guestInstance(settings);
    announce(limits.deadlineMs * EVALUATION_DEADLINES);
    budget.start(limits.deadlineMs * EVALUATION_DEADLINES);
    const entry = install(context, program);
    return new Realm(program, context, memory, budget, entry);
  }

  /** Bytes of the instance's memory that have ever been in use. */
  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** One call of the guest's `turn`. `request` and `checkpoint` as protocol/guest.ts defines them. */
  turn(request: string, checkpoint: string | undefined, budgetMs: number): TurnOutcome {
    this.turns++;
    const startedAt = performance.now();
    this.#budget.start(budgetMs);
    try {
      const outcome = this.#wire.call(this.#turn, request, checkpoint);
      if (outcome.kind === "memory") return outcome;
      if (this.#budget.exhausted) return { kind: "interrupted" };
      if (outcome.kind === "threw") return outcome;
      return { kind: "text", text: outcome.text, micros: Math.round((performance.now() - startedAt) * 1000) };
    } catch (error) {
      return { kind: "broken", message: String(error) };
    }
  }

  /** Forgets an execution's instance. False: the realm is dead (R3). */
  drop(execution: string, budgetMs: number): boolean {
    if (!this.live.delete(execution)) return true;
    this.#budget.start(budgetMs);
    try {
      return this.#wire.call(this.#drop, execution).kind === "text" && !this.#budget.exhausted;
    } catch {
      // Whatever a broken instance throws, the answer is the same: it is dead.
      return false;
    }
  }

  /** Frees everything. Throws the engine's abort if a handle leaked. */
  dispose(): void {
    this.#wire.dispose();
    this.#turn.dispose();
    this.#drop.dispose();
    this.#context.dispose();
  }
}

interface GuestHandles {
  readonly turn: QuickJSHandle;
  readonly drop: QuickJSHandle;
}

function install(context: QuickJSContext, program: SandboxProgram): GuestHandles {
  const programFault: AsFault = (error) => {
    const stack = mapStack(error.stack, program.map);
    const place = /at (?:.* \()?(.+:\d+:\d+)\)?/.exec(stack)?.[1];
    return new Fault("EV5201", `The program cannot be evaluated: ${error.name}: ${error.message}\n${stack}`.trimEnd(), {
      remedy: "Compile it again with eventualc; if it stays, report it with the source.",
      ...(place === undefined ? {} : { place }),
    });
  };
  const entry = context.getProp(context.global, "$eventual");
  evaluate(context, "delete globalThis.$eventual;", GUEST_FILE, guestFault).dispose();
  const factory = evaluate(context, program.code, PROGRAM_FILE, programFault);
  try {
    if (context.typeof(factory) !== "function") {
      throw programFault({ name: "TypeError", message: "its code does not give a factory function", stack: "" });
    }
    const result = context.callMethod(entry, "install", [factory]);
    if (result.error !== undefined) throw programFault(takeError(context, result.error));
    result.value.dispose();
    return { turn: context.getProp(entry, "turn"), drop: context.getProp(entry, "drop") };
  } finally {
    factory.dispose();
    entry.dispose();
  }
}
