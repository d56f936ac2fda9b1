/**
 * WebAssembly instances of QuickJS, each with one context in it: bare, or with the guest runtime evaluated and hardened.
 *
 * G1  Memory is capped by the WebAssembly memory's maximum (QuickJS's own memory limit limits nothing).
 * G2  An instance that begins with the guest image is, byte for byte, one in which the guest runtime was evaluated.
 */
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  RELEASE_SYNC,
} from "quickjs-emscripten";
import { quickjsBytes } from "../platform/quickjs.js";
import { Fault } from "../protocol/fault.js";
import type { Budget } from "./budget.js";
import { HARDEN_CODE } from "./harden.js";
import { adoptImage, captureImage, imageKey, usedPieces } from "./image.js";
import { GUEST_BOOT_MS, MEMORY_BYTES_MIN, type SandboxLimits, WASM_PAGE_BYTES } from "./limits.js";
import { GUEST_FILE } from "./stack.js";
import { describeThrown, type GuestError } from "./wire.js";

declare global {
  namespace WebAssembly {
    class Module {
      constructor(bytes: Uint8Array);
    }
  }
}

export interface Instance {
  readonly context: QuickJSContext;
  readonly memory: WebAssembly.Memory;
}

export interface InstanceSettings {
  readonly limits: Pick<SandboxLimits, "memoryBytes" | "stackBytes">;
  /** The guest runtime's script. */
  readonly guestCode: string;
  readonly harden: boolean;
  /** Made of that script, hardened. */
  readonly image?: Uint8Array | undefined;
  readonly budget: Budget;
}

/** Compiled once per thread. */
let engine: WebAssembly.Module | undefined;

/** Has the thread compile the engine now: it can be done before it is known what for. */
export function compileEngine(): WebAssembly.Module {
  engine ??= new WebAssembly.Module(quickjsBytes());
  return engine;
}

/** An instance with the guest runtime in it. Throws Fault EV5209 when that cannot be evaluated. */
export async function guestInstance(settings: InstanceSettings): Promise<Instance> {
  const instance = await bareInstance(settings);
  const { image, limits } = settings;
  const adopted = image !== undefined && settings.harden && adoptImage(image, instance.context, instance.memory);
  instance.context.runtime.setMaxStackSize(limits.stackBytes);
  if (!adopted) evaluateGuest(instance, settings);
  return instance;
}

/** The image of an instance with `guestCode` in it. Call it on a thread that is blind to the clock (image.ts, I3). */
export async function makeGuestImage(settings: Omit<InstanceSettings, "image" | "harden">): Promise<Uint8Array> {
  const instance = await bareInstance(settings);
  const { context, memory } = instance;
  const before = usedPieces(memory);
  context.runtime.setMaxStackSize(settings.limits.stackBytes);
  evaluateGuest(instance, { ...settings, harden: true });
  return captureImage(imageKey(settings.guestCode, quickjsBytes()), context, memory, before);
}

async function bareInstance({ limits, budget }: Pick<InstanceSettings, "limits" | "budget">): Promise<Instance> {
  const memory = new WebAssembly.Memory({
    initial: MEMORY_BYTES_MIN / WASM_PAGE_BYTES,
    maximum: Math.floor(limits.memoryBytes / WASM_PAGE_BYTES),
  });
  // The engine prints an abort's message and throws it as well: the print is redundant. Its environment holds the name
  // of the program, and so decides where things lie in memory (image.ts, I1).
  const host: object = { print: () => undefined, printErr: () => undefined, thisProgram: "quickjs" };
  const variant = newVariant(RELEASE_SYNC, {
    wasmMemory: memory,
    wasmModule: compileEngine(),
    emscriptenModule: host,
  });
  const context = (await newQuickJSWASMModuleFromVariant(variant)).newContext();
  context.runtime.setInterruptHandler(budget.poll);
  return { context, memory };
}

function evaluateGuest({ context }: Instance, { guestCode, harden, budget }: InstanceSettings): void {
  budget.start(GUEST_BOOT_MS);
  evaluate(context, guestCode, GUEST_FILE, guestFault).dispose();
  if (harden) evaluate(context, HARDEN_CODE, GUEST_FILE, guestFault).dispose();
}

/** What a thrown value becomes. */
export type AsFault = (error: GuestError) => Fault;

/** Of the guest runtime's own code. */
export function guestFault(error: GuestError): Fault {
  return new Fault("EV5209", `The guest runtime could not start: ${error.name}: ${error.message}\n${error.stack}`, {
    remedy: "This installation of Eventual is damaged or incomplete: build or install it again.",
  });
}

/** Evaluates a script, gives its value. */
export function evaluate(context: QuickJSContext, code: string, file: string, asFault: AsFault): QuickJSHandle {
  const result = context.evalCode(code, file, { type: "global" });
  if (result.error === undefined) return result.value;
  const error = takeError(context, result.error);
  throw asFault(error);
}

/** Reads a thrown value and lets go of it. */
export function takeError(context: QuickJSContext, handle: QuickJSHandle): GuestError {
  try {
    const thrown = describeThrown(context, handle);
    return thrown.kind === "threw" ? thrown.error : { name: "InternalError", message: "out of memory", stack: "" };
  } finally {
    handle.dispose();
  }
}
