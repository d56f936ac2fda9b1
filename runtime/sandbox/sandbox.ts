/**
 * The seam between the engine and the sandboxes. The engine decides which executions are live; the sandbox only obeys.
 *
 * S1  A request never sees another execution's state, the host or the clock.
 * S2  Whatever guest code does, every request gets exactly one reply within the deadline plus the watchdog's grace.
 * S3  `lost` means: nothing happened, the instance is gone; ask again with `bring` from the committed state.
 */
import type { Command } from "../protocol/command.js";
import type { Event, TailEntry } from "../protocol/event.js";
import type { SuspendReason } from "../protocol/execution.js";
import type { LogLine, Unserializable } from "../protocol/guest.js";

export interface Sandbox {
  /** Compiles a program's guest code into the realm-to-be. Throws Fault EV5xxx if it cannot be evaluated. */
  load(program: SandboxProgram): Promise<void>;
  /** Runs activations; replies come in the order of the requests. */
  activate(requests: readonly ActivationRequest[]): Promise<readonly ActivationReply[]>;
  /** Forgets live instances. */
  drop(executions: readonly string[]): void;
  close(): Promise<void>;
}

export interface SandboxProgram {
  readonly hash: string;
  readonly code: string;
  /** Source map (JSON text) of `code`. */
  readonly map: string;
  /** By function and number: `src/a.ts#checkout@2`. */
  readonly resumePoints?: Readonly<Record<string, RestingPlace>>;
}

/** A resume point, for people. */
export interface RestingPlace {
  /** `checkout (src/a.ts:12:5)` */
  readonly words: string;
  /** Names of the captured values and of the live slots, in order. */
  readonly captures: readonly string[];
  readonly slots: readonly string[];
}

export interface ActivationRequest {
  readonly execution: string;
  /** Program hash. */
  readonly program: string;
  /** Where the instance comes from. `stored` with no checkpoint and an empty tail is a new execution. */
  readonly bring: "live" | { readonly checkpoint: string | null; readonly tail: readonly TailEntry[] };
  readonly now: number;
  /** May be empty: then the request only restores, or only writes a checkpoint. */
  readonly events: readonly Event[];
  /** Write a checkpoint after the activation. */
  readonly write: boolean;
  /** Drop the instance after the activation. */
  readonly drop: boolean;
}

export type ActivationReply =
  | {
      readonly kind: "done";
      readonly commands: readonly Command[];
      readonly commandsHash: string;
      readonly logs: readonly LogLine[];
      readonly closed: boolean;
      /** Microseconds of the activation itself, without restore and checkpoint. */
      readonly cost: number;
      readonly checkpoint?: { readonly text: string /** microseconds */; readonly cost: number };
      readonly unserializable?: Unserializable;
    }
  | { readonly kind: "suspend"; readonly reason: SuspendReason }
  | { readonly kind: "lost" };
