/**
 * Bytes as base64 text and back (RFC 4648 §4), for engines without Uint8Array.fromBase64.
 */
import { damaged } from "./faults.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES = new Map(Array.from(ALPHABET, (letter, value) => [letter.charCodeAt(0), value]));

/** The text of the bytes. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  let i = 0;
  for (; i + 2 < bytes.length; i += 3) {
    const word = (at(bytes, i) << 16) | (at(bytes, i + 1) << 8) | at(bytes, i + 2);
    parts.push(letter(word >> 18) + letter(word >> 12) + letter(word >> 6) + letter(word));
  }
  if (i + 1 === bytes.length) parts.push(`${letter(at(bytes, i) >> 2) + letter(at(bytes, i) << 4)}==`);
  if (i + 2 === bytes.length) {
    const word = (at(bytes, i) << 8) | at(bytes, i + 1);
    parts.push(`${letter(word >> 10) + letter(word >> 4) + letter(word << 2)}=`);
  }
  return parts.join("");
}

/** The bytes of a text that `toBase64` wrote. Throws damaged for any other text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 !== 0) throw damaged("bad base64 length");
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let i = 0, o = 0; i < text.length; i += 4) {
    const last = i + 4 === text.length ? padding : 0;
    const word =
      (value(text, i) << 18) |
      (value(text, i + 1) << 12) |
      (last > 1 ? 0 : value(text, i + 2) << 6) |
      (last > 0 ? 0 : value(text, i + 3));
    bytes[o++] = word >> 16;
    if (last < 2) bytes[o++] = word >> 8;
    if (last < 1) bytes[o++] = word;
  }
  return bytes;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function letter(bits: number): string {
  return ALPHABET.charAt(bits & 63);
}

function value(text: string, index: number): number {
  const found = VALUES.get(text.charCodeAt(index));
  if (found === undefined) throw damaged("bad base64 letter");
  return found;
}
