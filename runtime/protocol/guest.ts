/**
 * The border between the sandbox (host side of QuickJS) and the guest runtime inside it: one call in, one string out.
 *
 * The guest script defines `globalThis.$eventual: GuestEntry`. `install` is called once per realm with the program's
 * factory; afterwards every call is a `turn` of one execution.
 */
import type { Command } from "./command.js";
import type { Event } from "./event.js";

export interface GuestEntry {
  /** Keeps the program's factory. `factory(helpers)` evaluates all modules once: a fresh instance per execution. */
  install(factory: ProgramFactory): void;
  /**
   * One turn of one execution. `request` is a JSON `TurnRequest`; `checkpoint` the text written by an earlier turn
   * (only with `bring: "restore"`). Answers a JSON `TurnReply`, and if a checkpoint was asked for and could be
   * written, a line feed and the checkpoint's text after it (JSON text never contains a raw line feed).
   */
  turn(request: string, checkpoint?: string): string;
  /**
   * Forgets an execution's instance. Also called after a turn that the sandbox interrupted: such a turn ends without
   * running any `catch` or `finally`, so whatever it left standing is reset here.
   */
  drop(execution: string): void;
}

/** How the message begins of what `turn` throws when the program's modules threw: only then is the program to blame. */
export const INITIALISATION_FAILED = "the program's modules could not be evaluated";

/** The compiled guest code: called once per execution with the helpers of `helpers.ts`. */
export type ProgramFactory = (helpers: object) => void;

export interface TurnRequest {
  readonly execution: string;
  /** `live`: the instance is in the realm; `fresh`: make one; `restore`: make one and read the checkpoint into it. */
  readonly bring: "live" | "fresh" | "restore";
  /** Applied in order. All but the last `events` are a tail replay, whose logs are discarded by the host. */
  readonly batches: readonly TurnBatch[];
  /** Write a checkpoint at the end. */
  readonly write: boolean;
}

export interface TurnBatch {
  readonly now: number;
  readonly events: readonly Event[];
}

export interface TurnReply {
  /** One per batch, in order. */
  readonly results: readonly TurnResult[];
  /** Why the checkpoint asked for could not be written. */
  readonly unserializable?: Unserializable;
  /** A fault of the engine that no user code may catch (stack or memory exhausted): the turn has no effect. */
  readonly fault?: { readonly kind: "stack" | "memory"; readonly message: string };
}

export interface TurnResult {
  readonly commands: readonly Command[];
  readonly logs: readonly LogLine[];
  /** True once the workflow function has returned or thrown. */
  readonly closed: boolean;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
}

export interface Unserializable {
  /**
   * Shortest access path from a root: `frame src/a.ts#checkout@2 → slot 1 → .socket` from the guest, and beyond the
   * sandbox in source terms: `checkout (src/a.ts:12:5) → conn → .socket`.
   */
  readonly path: string;
  /** What it is: "an unregistered function", "a native iterator". */
  readonly what: string;
}
