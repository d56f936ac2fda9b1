/**
 * `Math.random` and `crypto`: drawn from a generator (xoshiro128**) that is seeded per execution and kept in its state,
 * so that a replay of the tail draws the same numbers.
 *
 * While modules are evaluated Math.random works, from a fixed seed, because libraries use it for table sizes and the
 * like; `crypto` refuses, because identifiers made there would be the same in every execution.
 */
import { currentTurn } from "../current.js";
import { duringInitialisation, refusal } from "../errors.js";
import { defineGlobal, defineHidden } from "./define.js";

const TWO_32 = 2 ** 32;
const TWO_21 = 2 ** 21;
const TWO_53 = 2 ** 53;
/** What `getRandomValues` gives at most in one call, as everywhere. */
const QUOTA_BYTES = 65_536;

/** The generator's state before the execution's own seed is known. */
export const INITIAL_RANDOM: readonly number[] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef];

/** The generator's state for a seed of 32 hex digits. Throws a TypeError for any other text. */
export function seedRandom(seed: string): number[] {
  if (!/^[0-9a-f]{32}$/i.test(seed)) throw new TypeError(`not a seed of 32 hex digits: ${seed}`);
  const state = [0, 8, 16, 24].map((at) => Number.parseInt(seed.slice(at, at + 8), 16));
  // The all-zero state is the one that the generator never leaves.
  return state.every((word) => word === 0) ? [...INITIAL_RANDOM] : state;
}

function rotateLeft(value: number, count: number): number {
  return (value << count) | (value >>> (32 - count));
}

/** The next 32 bits. */
function nextWord(): number {
  const { state } = currentTurn().instance;
  let [a = 0, b = 0, c = 0, d = 0] = state.random;
  const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
  const shifted = b << 9;
  c ^= a;
  d ^= b;
  b ^= c;
  a ^= d;
  c ^= shifted;
  d = rotateLeft(d, 11);
  state.random = [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
  return result >>> 0;
}

/** A number in [0, 1) with 53 random bits. */
export function random(): number {
  const high = nextWord() % TWO_21;
  return (high * TWO_32 + nextWord()) / TWO_53;
}

function randomBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at += 4) {
    const word = nextWord();
    for (let i = 0; i < 4 && at + i < count; i++) bytes[at + i] = word >>> (8 * i);
  }
  return bytes;
}

/** `count` random bytes as hex digits. */
export function randomHex(count: number): string {
  return Array.from(randomBytes(count), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function requireExecution(what: string): void {
  if (currentTurn().phase === "init") throw duringInitialisation(what);
}

const crypto = {
  randomUUID(): string {
    requireExecution("crypto.randomUUID()");
    const bytes = randomBytes(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  },
  getRandomValues(array: unknown): unknown {
    requireExecution("crypto.getRandomValues()");
    if (
      !ArrayBuffer.isView(array) ||
      array instanceof DataView ||
      array instanceof Float32Array ||
      array instanceof Float64Array
    ) {
      throw new TypeError("crypto.getRandomValues needs a typed array of integers");
    }
    if (array.byteLength > QUOTA_BYTES)
      throw new RangeError(`crypto.getRandomValues gives at most ${QUOTA_BYTES} bytes a call`);
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(randomBytes(array.byteLength));
    return array;
  },
  get subtle(): never {
    throw refusal("EV5020", "crypto.subtle is not available in a workflow", "Do cryptography in a task.");
  },
};

/** Replaces `Math.random` and provides `crypto`. */
export function installRandom(): void {
  Object.defineProperty(random, "name", { value: "random", configurable: true });
  defineHidden(Math, "random", random);
  defineGlobal("crypto", crypto);
}
