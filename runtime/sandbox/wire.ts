/**
 * Calls into the guest: strings in, one string out.
 *
 * W1  No handle outlives a call that returns; after one that throws, the whole WebAssembly instance is given up.
 * W2  Strings are written straight into the instance's memory, seven times faster than through the public call. This
 *     uses the library's FFI, which is why its version is pinned.
 * W3  Texts must not contain U+0000 (C strings end there); JSON never does.
 */
import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten";

declare global {
  // The part that we use of what every Node has, and no type library without DOM declares.
  namespace WebAssembly {
    class Memory {
      constructor(limits: { initial: number; maximum: number });
      readonly buffer: ArrayBuffer;
    }
  }
}

type Ffi = QuickJSContext["ffi"];
type JSValuePointer = ReturnType<Ffi["QTS_Call"]>;
type CharPointer = Parameters<Ffi["QTS_NewString"]>[1];
type ArgumentsPointer = Parameters<Ffi["QTS_Call"]>[4];

/** What a call came to. `memory`: the guest has none left. */
export type CallOutcome =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "threw"; readonly error: GuestError }
  | { readonly kind: "memory" };

/** A value thrown by guest code, as far as it could be read. */
export interface GuestError {
  readonly name: string;
  readonly message: string;
  /** As QuickJS gives it: positions in the generated code. */
  readonly stack: string;
}

const SCRATCH_BYTES = 64 * 1024;
const POINTER_BYTES = 4;
const ARGUMENTS_MAX = 2;
const UTF8_BYTES_PER_UNIT_MAX = 3;

export class Wire {
  readonly #context: QuickJSContext;
  readonly #memory: WebAssembly.Memory;
  readonly #ffi;
  readonly #module;
  readonly #pointer;
  /** Memory for argument texts that are short, and for the array of arguments. */
  readonly #scratch: number;
  readonly #arguments: number;
  #view: Buffer;

  constructor(context: QuickJSContext, memory: WebAssembly.Memory) {
    this.#context = context;
    this.#memory = memory;
    // biome-ignore lint/complexity/useLiteralKeys: protected in the types, public at run time (W2)
    this.#ffi = context["ffi"];
    // biome-ignore lint/complexity/useLiteralKeys: protected in the types, public at run time (W2)
    this.#module = context["module"];
    // biome-ignore lint/complexity/useLiteralKeys: protected in the types, public at run time (W2)
    this.#pointer = context["ctx"].value;
    this.#scratch = this.#module._malloc(SCRATCH_BYTES);
    this.#arguments = this.#module._malloc(POINTER_BYTES * ARGUMENTS_MAX);
    if (this.#scratch === 0 || this.#arguments === 0) throw new RangeError("no memory for a realm's wire");
    this.#view = Buffer.from(memory.buffer);
  }

  /**
   * Calls `fn` with one or two texts. Throws what the WebAssembly instance throws (abort, trap, the thread's own stack
   * overflow): then it must be given up.
   */
  call(fn: QuickJSHandle, first: string, second?: string): CallOutcome {
    const ffi = this.#ffi;
    const context = this.#pointer;
    const one = this.#newString(first);
    const two = second === undefined ? 0 : this.#newString(second);
    if (one === 0 || (second !== undefined && two === 0)) return { kind: "memory" };
    const view = this.#heap();
    view.writeUInt32LE(one, this.#arguments);
    view.writeUInt32LE(two, this.#arguments + POINTER_BYTES);
    const count = second === undefined ? 1 : 2;
    const result = ffi.QTS_Call(
      context,
      fn.value,
      this.#context.undefined.value,
      count,
      this.#arguments as ArgumentsPointer,
    );
    ffi.QTS_FreeValuePointer(context, one as JSValuePointer);
    if (two !== 0) ffi.QTS_FreeValuePointer(context, two as JSValuePointer);
    if (isNull(result)) return { kind: "memory" };
    const outcome = this.#read(result);
    ffi.QTS_FreeValuePointer(context, result);
    return outcome;
  }

  /** Gives the scratch memory back; the wire is dead afterwards. */
  dispose(): void {
    this.#module._free(this.#scratch);
    this.#module._free(this.#arguments);
  }

  #read(result: JSValuePointer): CallOutcome {
    const ffi = this.#ffi;
    const thrown = ffi.QTS_ResolveException(this.#pointer, result);
    if (!isNull(thrown)) {
      // biome-ignore lint/complexity/useLiteralKeys: as above
      const handle = this.#context.getMemory(this.#context.runtime["rt"].value).heapValueHandle(thrown);
      try {
        return describeThrown(this.#context, handle);
      } finally {
        handle.dispose();
      }
    }
    const start = ffi.QTS_GetString(this.#pointer, result);
    if (isNull(start)) return { kind: "memory" };
    const view = this.#heap();
    const text = view.toString("utf8", start, view.indexOf(0, start));
    ffi.QTS_FreeCString(this.#pointer, start);
    return { kind: "text", text };
  }

  /** A guest string, as pointer; 0 when memory ran out. */
  #newString(text: string): number {
    const short = text.length * UTF8_BYTES_PER_UNIT_MAX < SCRATCH_BYTES;
    const bytes = short ? SCRATCH_BYTES : Buffer.byteLength(text) + 1;
    const start = short ? this.#scratch : this.#module._malloc(bytes);
    if (start === 0) return 0;
    const view = this.#heap();
    const written = view.write(text, start, bytes - 1, "utf8");
    view[start + written] = 0;
    const pointer = this.#ffi.QTS_NewString(this.#pointer, start as CharPointer);
    if (!short) this.#module._free(start);
    return pointer;
  }

  /** The instance's memory; growing it detaches older views. */
  #heap(): Buffer {
    if (this.#view.length !== this.#memory.buffer.byteLength) this.#view = Buffer.from(this.#memory.buffer);
    return this.#view;
  }
}

function isNull(pointer: number): boolean {
  return pointer === 0;
}

/** Reads a thrown value without running guest code on the way, but getters that the guest has put in. */
export function describeThrown(context: QuickJSContext, thrown: QuickJSHandle): CallOutcome {
  // Without memory for the error object QuickJS throws null.
  if (context.sameValue(thrown, context.null)) return { kind: "memory" };
  if (context.typeof(thrown) !== "object") {
    return { kind: "threw", error: { name: "Error", message: primitiveText(context, thrown), stack: "" } };
  }
  const error = {
    name: textProperty(context, thrown, "name") ?? "Error",
    message: textProperty(context, thrown, "message") ?? "",
    stack: textProperty(context, thrown, "stack") ?? "",
  };
  const isMemory = error.name === "InternalError" && error.message === "out of memory";
  return isMemory ? { kind: "memory" } : { kind: "threw", error };
}

function textProperty(context: QuickJSContext, owner: QuickJSHandle, key: string): string | undefined {
  const value = context.getProp(owner, key);
  try {
    return context.typeof(value) === "string" ? context.getString(value) : undefined;
  } finally {
    value.dispose();
  }
}

function primitiveText(context: QuickJSContext, value: QuickJSHandle): string {
  return context.typeof(value) === "symbol" ? "a symbol was thrown" : context.getString(value);
}
