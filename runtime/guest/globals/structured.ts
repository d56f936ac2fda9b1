/** `structuredClone`, `queueMicrotask`, `atob` and `btoa`: standard functions that the engine lacks. */

import type { AnyFunction } from "../../protocol/helpers.js";
import { decode, encode } from "../../protocol/value.js";
import { refusal } from "../errors.js";
import { FULFILLED, GPromise, THEN } from "../promise.js";
import { enqueue } from "../queue.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { defineGlobal } from "./define.js";

const { apply } = Reflect;

function structuredClone(value: unknown, options?: { readonly transfer?: readonly unknown[] }): unknown {
  if (options?.transfer !== undefined && options.transfer.length > 0) {
    throw refusal(
      "EV5020",
      "transferring with structuredClone is not available in a workflow",
      "Leave the transfer list out: the value is copied.",
    );
  }
  return decode(encode(value, "value"));
}

function queueMicrotask(callback: unknown): void {
  if (typeof callback !== "function") throw new TypeError("queueMicrotask needs a function");
  // Its result goes to a promise that nobody has, so that an error is logged like any unhandled rejection.
  enqueue([THEN, new GPromise(), makeClosure(microtaskCode, [callback]), undefined], FULFILLED, undefined);
}

const microtaskCode = runtimeCode("rt:microtask", ([callback]) => () => {
  apply(callback as AnyFunction, undefined, []);
});

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 of a string whose characters are bytes. */
function btoa(data: unknown): string {
  const bytes = String(data);
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const codes = [bytes.charCodeAt(at), bytes.charCodeAt(at + 1), bytes.charCodeAt(at + 2)].map((code) => code || 0);
    if (codes.some((code) => code > 255)) throw new TypeError("btoa: the text contains characters beyond one byte");
    const [a = 0, b = 0, c = 0] = codes;
    const bits = (a << 16) | (b << 8) | c;
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET[(bits >> shift) & 63]).join("");
    text += digits.slice(0, Math.min(bytes.length - at, 3) + 1).padEnd(4, "=");
  }
  return text;
}

/** The bytes of Base64 text, as the characters of a string. */
function atob(data: unknown): string {
  const text = String(data).replace(/[\t\n\f\r ]/g, "");
  const digits = text.length % 4 === 0 ? text.replace(/={1,2}$/, "") : text;
  if (digits.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(digits)) throw new TypeError("atob: the text is not Base64");
  let bytes = "";
  let bits = 0;
  let count = 0;
  for (let at = 0; at < digits.length; at++) {
    bits = (bits << 6) | ALPHABET.indexOf(digits.charAt(at));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += String.fromCharCode((bits >> count) & 255);
    bits &= (1 << count) - 1;
  }
  return bytes;
}

/** Provides the functions. */
export function installStructured(): void {
  // Named here, because the bundler renames functions that are called like globals.
  for (const [name, fn] of Object.entries({ structuredClone, queueMicrotask, atob, btoa })) {
    Object.defineProperty(fn, "name", { value: name, configurable: true });
    defineGlobal(name, fn);
  }
}
