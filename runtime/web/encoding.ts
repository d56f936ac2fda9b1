/** TextEncoder and TextDecoder (Encoding Standard), for UTF-8 and UTF-16LE. */
import { publish } from "./tag.js";

const REPLACEMENT = 0xfffd;

/** The UTF-8 bytes of a code point; a lone surrogate is replaced. */
function bytesOf(point: number): number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)];
  if (point >= 0xd800 && point < 0xe000) return bytesOf(REPLACEMENT);
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
}

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(input: unknown = ""): Uint8Array {
    const text = String(input);
    // A UTF-16 unit takes three bytes at most.
    const bytes = new Uint8Array(text.length * 3);
    const { written } = this.encodeInto(text, bytes);
    return bytes.slice(0, written);
  }

  encodeInto(source: unknown, target: Uint8Array): { readonly read: number; readonly written: number } {
    const text = String(source);
    let written = 0;
    for (let read = 0; read < text.length; ) {
      const point = text.codePointAt(read) ?? 0;
      if (point < 0x80) {
        if (written >= target.length) return { read, written };
        target[written++] = point;
        read++;
        continue;
      }
      const bytes = bytesOf(point);
      if (written + bytes.length > target.length) return { read, written };
      target.set(bytes, written);
      written += bytes.length;
      read += point > 0xffff ? 2 : 1;
    }
    return { read: text.length, written };
  }
}

const LABELS: Readonly<Record<string, "utf-8" | "utf-16le">> = {
  "unicode-1-1-utf-8": "utf-8",
  unicode11utf8: "utf-8",
  unicode20utf8: "utf-8",
  "utf-8": "utf-8",
  utf8: "utf-8",
  "x-unicode20utf8": "utf-8",
  csunicode: "utf-16le",
  "iso-10646-ucs-2": "utf-16le",
  "ucs-2": "utf-16le",
  unicode: "utf-16le",
  unicodefeff: "utf-16le",
  "utf-16": "utf-16le",
  "utf-16le": "utf-16le",
};

interface DecoderOptions {
  readonly fatal?: unknown;
  readonly ignoreBOM?: unknown;
}

/** Code points of bytes; what is incomplete at the end is given back, unless this is the end. */
interface Decoded {
  readonly points: number[];
  readonly rest: readonly number[];
}

/** Stands for bytes that are no code point. */
const MALFORMED = -1;

function decodeUtf8(bytes: ArrayLike<number>, last: boolean): Decoded {
  const points: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      points.push(lead);
      at++;
      continue;
    }
    const length =
      lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    let point = lead & (0xff >> (length + 1));
    let taken = 1;
    while (taken < length && at + taken < bytes.length) {
      const byte = bytes[at + taken] as number;
      const [low, high] = taken === 1 ? secondOf(lead) : [0x80, 0xbf];
      if (byte < low || byte > high) break;
      point = (point << 6) | (byte & 63);
      taken++;
    }
    if (length > 0 && taken < length && at + taken >= bytes.length && !last) {
      return { points, rest: Array.from(bytes).slice(at) };
    }
    points.push(length > 0 && taken === length ? point : MALFORMED);
    at += taken;
  }
  return { points, rest: [] };
}

/** The range of the byte after `lead`: without overlong forms, surrogates and what is beyond Unicode. */
function secondOf(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  return lead === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf];
}

function decodeUtf16(bytes: ArrayLike<number>, last: boolean): Decoded {
  const points: number[] = [];
  const unitAt = (at: number): number => (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  for (let at = 0; at < bytes.length; at += 2) {
    const unit = at + 1 < bytes.length ? unitAt(at) : undefined;
    const high = unit !== undefined && unit >= 0xd800 && unit < 0xdc00;
    if (!last && (unit === undefined || (high && at + 3 >= bytes.length)))
      return { points, rest: Array.from(bytes).slice(at) };
    const next = high && at + 3 < bytes.length ? unitAt(at + 2) : 0;
    if (unit === undefined) points.push(MALFORMED);
    else if (high && next >= 0xdc00 && next < 0xe000) {
      points.push(0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff));
      at += 2;
    } else points.push(unit >= 0xd800 && unit < 0xe000 ? MALFORMED : unit);
  }
  return { points, rest: [] };
}

export class TextDecoder {
  readonly #encoding: "utf-8" | "utf-16le";
  readonly #fatal: boolean;
  readonly #ignoreBom: boolean;
  #rest: readonly number[] = [];
  #begun = false;

  constructor(label: unknown = "utf-8", options?: DecoderOptions | null) {
    const encoding = LABELS[String(label).trim().toLowerCase()];
    if (encoding === undefined) {
      throw new RangeError(`TextDecoder: the encoding "${String(label)}" is not available in a workflow`);
    }
    this.#encoding = encoding;
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBom = Boolean(options?.ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }
  get fatal(): boolean {
    return this.#fatal;
  }
  get ignoreBOM(): boolean {
    return this.#ignoreBom;
  }

  decode(input?: ArrayBuffer | ArrayBufferView | null, options?: { readonly stream?: unknown } | null): string {
    const last = !options?.stream;
    const bytes = this.#rest.length === 0 ? viewOf(input) : [...this.#rest, ...viewOf(input)];
    const { points, rest } = this.#encoding === "utf-8" ? decodeUtf8(bytes, last) : decodeUtf16(bytes, last);
    this.#rest = rest;
    if (points.includes(MALFORMED)) {
      if (this.#fatal) {
        this.#reset();
        throw new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`);
      }
      for (let i = 0; i < points.length; i++) if (points[i] === MALFORMED) points[i] = REPLACEMENT;
    }
    const marked = !this.#begun && !this.#ignoreBom && points[0] === 0xfeff;
    this.#begun ||= points.length > 0;
    if (last) this.#reset();
    return textOf(marked ? points.slice(1) : points);
  }

  #reset(): void {
    this.#rest = [];
    this.#begun = false;
  }
}

function viewOf(input: ArrayBuffer | ArrayBufferView | null | undefined): Uint8Array {
  if (input === undefined) return new Uint8Array(0);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  throw new TypeError("TextDecoder: the input is neither a buffer nor a view of one");
}

const PIECE = 4096;

function textOf(points: readonly number[]): string {
  let text = "";
  for (let at = 0; at < points.length; at += PIECE) text += String.fromCodePoint(...points.slice(at, at + PIECE));
  return text;
}

publish(TextEncoder);
publish(TextDecoder);
