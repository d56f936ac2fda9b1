/**
 * What main thread and engine threads say to each other.
 *
 * G1  Messages are processed in the order they were sent; every `load` and `activate` is answered once, with its `id`.
 * G2  `Sight` is the only memory that both sides share: what the thread runs right now.
 */
import * as z from "zod";
import type { SandboxLimits } from "./limits.js";
import type { ActivationReply, ActivationRequest, SandboxProgram } from "./sandbox.js";

/** Main thread → engine thread. */
export type ToThread =
  /** Keep the program; boot its realm when first needed. No answer. */
  | { readonly kind: "program"; readonly program: SandboxProgram }
  /** Keep the program and boot its realm: answered `loaded`. */
  | { readonly kind: "load"; readonly id: number; readonly program: SandboxProgram }
  /** Run the requests in order: answered `replies`. */
  | { readonly kind: "activate"; readonly id: number; readonly requests: readonly ActivationRequest[] }
  | { readonly kind: "drop"; readonly executions: readonly string[] }
  /** Dispose everything: answered `closed`, the last message. */
  | { readonly kind: "close" };

const described = z.object({
  code: z.templateLiteral(["EV", z.int()]),
  message: z.string(),
  remedy: z.string(),
  place: z.string().exactOptional(),
});
/** A fault, as it crosses between threads. */
export type DescribedFault = z.infer<typeof described>;

// The thread has checked the guest's part of a reply in full; here only the frame is checked again.
const reply = z.custom<ActivationReply>(
  (value) => typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string",
);

const fromThread = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({ kind: z.literal("loaded"), id: z.int(), fault: described.exactOptional() }),
  z.object({ kind: z.literal("replies"), id: z.int(), replies: z.array(reply) }),
  /** `problem`: a realm could not be disposed. */
  z.object({ kind: z.literal("closed"), problem: z.string().exactOptional() }),
]);

/** Engine thread → main thread. */
export type FromThread = z.infer<typeof fromThread>;

/** Checks a message of an engine thread; throws a ZodError for anything else. */
export function parseFromThread(message: unknown): FromThread {
  return fromThread.parse(message);
}

/** What a thread is started with. */
export interface ThreadData {
  readonly limits: SandboxLimits;
  readonly harden: boolean;
  readonly guestCode: string;
  /** The image of that code, shared by all threads. */
  readonly image?: Uint8Array;
  readonly sight: SharedArrayBuffer;
}

/**
 * The thread's published state. `call` counts calls into the guest and is 0 between messages, so an unchanged count
 * means one and the same call; it is written last.
 */
export const SIGHT = { call: 0, message: 1, index: 2, budgetMs: 3 } as const;
export const SIGHT_BYTES = 4 * Int32Array.BYTES_PER_ELEMENT;
