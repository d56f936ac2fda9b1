/**
 * The guest image: an instance's memory as it is once the guest runtime has been evaluated and hardened, so that realms
 * begin there instead of parsing the guest runtime each time.
 *
 * I1  At rest an instance's memory is its whole state. What is outside (the function table, the stack pointer, the
 *     library's maps by address) is the same in every instance that was made in the same way, and `adopt` refuses one
 *     whose runtime and context lie elsewhere.
 * I2  An image is used with the very guest code, hardening and engine that it was made from: its key is their hash.
 * I3  Equal sources give equal bytes: the thread that makes one is blind to the clock (neutral.ts).
 */
import { createHash } from "node:crypto";
import type { QuickJSContext } from "quickjs-emscripten";
import { HARDEN_CODE } from "./harden.js";
import { MEMORY_BYTES_MIN } from "./limits.js";

/** Memory is kept in pieces of this many bytes; those that have only ever held zeros are left out. */
const PIECE_BYTES = 4096;
/** To be changed with the layout of images. */
const FORMAT = "guest image 1";
const KEY_BYTES = 32;
const WORD_BYTES = 4;
/** Key, address of the runtime, address of the context, number of runs. */
const HEADER_BYTES = KEY_BYTES + 3 * WORD_BYTES;

/** What an image is of (I2). */
export function imageKey(guestCode: string, engine: Uint8Array): Buffer {
  const hash = createHash("sha256");
  for (const part of [FORMAT, guestCode, HARDEN_CODE, engine]) {
    hash.update(`${Buffer.byteLength(part)}\n`);
    hash.update(part);
  }
  return hash.digest();
}

/** True when `image` was made from what `key` says. */
export function hasKey(image: Uint8Array, key: Uint8Array): boolean {
  return key.length === KEY_BYTES && Buffer.from(key).equals(image.subarray(0, KEY_BYTES));
}

/** The pieces of a fresh instance's memory that hold something; for `captureImage`. */
export function usedPieces(memory: WebAssembly.Memory): ReadonlySet<number> {
  const bytes = Buffer.from(memory.buffer);
  const zeros = Buffer.alloc(PIECE_BYTES);
  const used = new Set<number>();
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    if (!bytes.subarray(start, start + PIECE_BYTES).equals(zeros)) used.add(start);
  }
  return used;
}

/**
 * Takes the image of an instance in which no handle is held; `before` is what it used when it was fresh.
 * Throws a RangeError when it is too large to be adopted.
 */
export function captureImage(
  key: Uint8Array,
  context: QuickJSContext,
  memory: WebAssembly.Memory,
  before: ReadonlySet<number>,
): Uint8Array {
  const bytes = Buffer.from(memory.buffer);
  if (bytes.length > MEMORY_BYTES_MIN) throw new RangeError("the guest runtime does not fit into a fresh instance");
  const runs = runsOf([...new Set([...before, ...usedPieces(memory)])].sort((one, other) => one - other));
  const head = Buffer.alloc(HEADER_BYTES + runs.length * 2 * WORD_BYTES);
  head.set(key);
  const { runtime, own } = addressesOf(context);
  let at = KEY_BYTES;
  for (const word of [runtime, own, runs.length, ...runs.flat()]) at = head.writeUInt32LE(word, at);
  return Buffer.concat([head, ...runs.map(([start, length]) => bytes.subarray(start, start + length))]);
}

/**
 * Puts the image into a fresh instance, whose context has done nothing yet. False, with nothing changed, when the
 * instance is not laid out as the one that the image was taken from (I1).
 */
export function adoptImage(image: Uint8Array, context: QuickJSContext, memory: WebAssembly.Memory): boolean {
  const view = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  const { runtime, own } = addressesOf(context);
  if (view.readUInt32LE(KEY_BYTES) !== runtime || view.readUInt32LE(KEY_BYTES + WORD_BYTES) !== own) return false;
  const count = view.readUInt32LE(KEY_BYTES + 2 * WORD_BYTES);
  const target = new Uint8Array(memory.buffer);
  let from = HEADER_BYTES + count * 2 * WORD_BYTES;
  for (let run = 0; run < count; run++) {
    const at = HEADER_BYTES + run * 2 * WORD_BYTES;
    const length = view.readUInt32LE(at + WORD_BYTES);
    target.set(view.subarray(from, from + length), view.readUInt32LE(at));
    from += length;
  }
  return true;
}

type Run = [start: number, length: number];

/** Neighbouring pieces as one. */
function runsOf(pieces: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const start of pieces) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === start) last[1] += PIECE_BYTES;
    else runs.push([start, PIECE_BYTES]);
  }
  return runs;
}

function addressesOf(context: QuickJSContext): { runtime: number; own: number } {
  // biome-ignore lint/complexity/useLiteralKeys: protected in the types, public at run time (wire.ts, W2)
  return { runtime: context.runtime["rt"].value, own: context["ctx"].value };
}
