/**
 * The turn that is running: whose code is on the stack, what it has asked for so far, and whether the engine failed
 * under it. Set for the whole of a turn, module initialisation included; user code never runs outside one.
 */
import type { Command } from "../protocol/command.js";
import type { LogLine, TurnReply } from "../protocol/guest.js";
import type { Instance } from "./instance.js";
import type { Scope } from "./scope.js";

export interface Turn {
  /** Another from the moment when the next attempt of the workflow begins. */
  instance: Instance;
  /** `init` while the program's modules are evaluated: then nothing durable can be asked for. */
  phase: "init" | "run";
  commands: Command[];
  logs: LogLine[];
  /** The scope of the code that is running: see scope.ts. */
  scope: Scope | undefined;
  /** Stack or memory exhausted: whatever user code does from then on has no effect. */
  fault: TurnReply["fault"] | undefined;
}

/** The running turn, for code that must be fast; `currentTurn` for all other. */
export let current: Turn | undefined;

/** The running turn. Throws when no execution is running, which no user code can bring about. */
export function currentTurn(): Turn {
  if (current === undefined) throw new TypeError("no execution is running");
  return current;
}

/** True while user code may be on the stack. */
export function isRunning(): boolean {
  return current !== undefined;
}

/** Makes `turn` the running one, or none. */
export function setTurn(turn: Turn | undefined): void {
  current = turn;
}

const { getPrototypeOf } = Object;
const engineErrorPrototype: unknown = Reflect.get(Reflect.get(globalThis, "InternalError") ?? {}, "prototype");
/** Enough for the engine to make an error object, small enough to be there unless memory is really exhausted. */
const PROBE_BYTES = 1 << 18;

/**
 * Lets an ordinary error pass and gives it back; rethrows when the engine ran out of stack or memory, now or earlier
 * in this turn. To be called first wherever an error of user code is caught.
 */
export function caught(error: unknown): unknown {
  const turn = currentTurn();
  // What nearly every error is, first.
  if (turn.fault === undefined && error !== null && typeof error === "object") {
    if (getPrototypeOf(error) !== engineErrorPrototype) return error;
  }
  turn.fault ??= faultOf(error);
  if (turn.fault !== undefined) throw error;
  return error;
}

/** What an error says about the engine's health; undefined for an ordinary error. */
export function faultOf(error: unknown): TurnReply["fault"] | undefined {
  // When not even the error object could be made, QuickJS throws null; so does `throw null` of user code.
  if (error === null) return memoryLeft() ? undefined : { kind: "memory", message: "out of memory" };
  if (typeof error !== "object" || engineErrorPrototype === undefined) return undefined;
  if (Object.getPrototypeOf(error) !== engineErrorPrototype) return undefined;
  const message: unknown = Reflect.get(error, "message");
  if (message === "stack overflow") return { kind: "stack", message };
  if (message === "out of memory") return { kind: "memory", message };
  return undefined;
}

function memoryLeft(): boolean {
  try {
    return new ArrayBuffer(PROBE_BYTES).byteLength === PROBE_BYTES;
  } catch {
    return false;
  }
}
