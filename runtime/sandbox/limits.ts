/**
 * Every limit of the sandbox, with its unit in its name, and the relations between them that were measured to be safe.
 *
 * L1  A guest stack overflows in QuickJS long before the thread's own stack does: the thread has at least 32 times as
 *     much. (The other way round, frames are skipped and the WebAssembly instance is damaged.)
 * L2  A text that crosses the border fits into guest memory several times over: as bytes, as string, as parsed objects.
 */
import { Fault } from "../protocol/fault.js";

/** Settings of a sandbox; each has a default. */
export interface SandboxOptions {
  /** Engine worker threads. Default 1. */
  readonly workers?: number;
  /** Memory of one WebAssembly instance (one program in one worker), in bytes. Default 256 MiB. */
  readonly memoryBytes?: number;
  /** Stack of guest code, in bytes. Default 256 KiB. */
  readonly stackBytes?: number;
  /** Running time of one activation, in milliseconds. Default 2,000. */
  readonly deadlineMs?: number;
  /** What the watchdog waits beyond that before it ends the thread, in milliseconds. Default 1,000. */
  readonly graceMs?: number;
  /** Freeze the intrinsics of each realm, so that executions cannot meet through them. Default true. */
  readonly harden?: boolean;
  /** The guest runtime's script; default: the built bundle. A seam for tests. */
  readonly guestCode?: string;
  /** Told of troubles that change no result. Default: a process warning. */
  readonly onProblem?: (problem: Fault) => void;
}

/** The limits as a worker thread needs them. */
export interface SandboxLimits {
  readonly memoryBytes: number;
  readonly stackBytes: number;
  readonly deadlineMs: number;
  readonly graceMs: number;
}

export const WASM_PAGE_BYTES = 65_536;
/** What the pinned QuickJS build declares as its initial memory. */
export const MEMORY_BYTES_MIN = 256 * WASM_PAGE_BYTES;
/** What the pinned QuickJS build declares as its maximum. */
export const MEMORY_BYTES_MAX = 32_768 * WASM_PAGE_BYTES;
const STACK_BYTES_MIN = 32 * 1024;
const STACK_BYTES_MAX = 1024 * 1024;
const THREAD_STACK_FACTOR = 32;
const THREAD_STACK_MB_MIN = 8;
const WORKERS_MAX = 64;

/** Restoring or writing a checkpoint may take this many activation deadlines. */
export const CHECKPOINT_DEADLINES = 5;
/** Evaluating a program's script (once per realm; its modules run later) may take this many activation deadlines. */
export const EVALUATION_DEADLINES = 5;
/** Evaluating the guest runtime may take this many milliseconds: nobody's code but ours, so only a broken one does. */
export const GUEST_BOOT_MS = 30_000;
/** Entries of a tail that are replayed by one call into the guest. */
export const TAIL_ENTRIES_PER_TURN = 256;
/** A realm without live executions is replaced after this many turns. */
export const TURNS_PER_REALM = 1_000_000;
/** Programs with a realm in one worker; beyond it, the least recently used realm goes. */
export const REALMS_PER_WORKER = 32;

/** Above this use of memory, in bytes, a realm is replaced between two requests, live executions or not. */
export function recycleBytes(limits: SandboxLimits): number {
  return Math.max(limits.memoryBytes * 0.75, MEMORY_BYTES_MIN);
}

/**
 * When memory ran out in a realm that used more than this many bytes before the turn, the turn is not to blame alone
 * and gets a second chance in a realm of its own.
 */
export function crowdedBytes(limits: SandboxLimits): number {
  return Math.max(limits.memoryBytes * 0.5, MEMORY_BYTES_MIN);
}

/** Largest text that may enter or leave the guest in one call, in UTF-16 units (L2). */
export function textUnitsMax(limits: SandboxLimits): number {
  return Math.floor(limits.memoryBytes / 8);
}

/** Stack of the worker thread in MiB, for `resourceLimits.stackSizeMb` (L1). */
export function threadStackMb(limits: SandboxLimits): number {
  return Math.max(THREAD_STACK_MB_MIN, Math.ceil((limits.stackBytes * THREAD_STACK_FACTOR) / (1024 * 1024)));
}

/**
 * Fills in defaults and checks ranges and relations.
 * @throws Fault EV5213 naming the first option that is out of range
 */
export function resolveLimits(options: SandboxOptions): SandboxLimits & { readonly workers: number } {
  const limits = {
    workers: integer("workers", options.workers ?? 1, 1, WORKERS_MAX),
    memoryBytes: integer("memoryBytes", options.memoryBytes ?? 256 * 1024 * 1024, MEMORY_BYTES_MIN, MEMORY_BYTES_MAX),
    stackBytes: integer("stackBytes", options.stackBytes ?? 256 * 1024, STACK_BYTES_MIN, STACK_BYTES_MAX),
    deadlineMs: integer("deadlineMs", options.deadlineMs ?? 2000, 1, 3_600_000),
    graceMs: integer("graceMs", options.graceMs ?? 1000, 10, 3_600_000),
  };
  if (threadStackMb(limits) * 1024 * 1024 < limits.stackBytes * THREAD_STACK_FACTOR) {
    throw new RangeError("limits: the thread's stack is too small for the guest's stack");
  }
  return limits;
}

function integer(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Fault("EV5213", `The sandbox option ${name} is ${value}, outside ${min} to ${max}.`, {
    remedy: `Give ${name} a whole number from ${min} to ${max}.`,
  });
}
