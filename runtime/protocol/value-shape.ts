/** Which values are plain JSON data, and how the graph writer looks at the others. */
import type { StringifyOperations } from "devalue";

const objectPrototype: object = Object.prototype;
const arrayPrototype: object = Array.prototype;

/**
 * True if JSON text keeps the value exactly: a tree (nothing shared) of plain objects and arrays without holes, finite
 * numbers but -0, strings, booleans and null; no symbols as keys, no `toJSON`, no `__proto__` key.
 */
export function isPlainTree(root: unknown): boolean {
  if (typeof root !== "object" || root === null) return isPlainLeaf(root);
  const seen = new Set<object>([root]);
  const open: object[] = [root];
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    const keys = plainKeys(object);
    if (keys === undefined) return false;
    for (let i = 0; i < keys.length; i++) {
      const child: unknown = (object as Readonly<Record<string, unknown>>)[keys[i] as string];
      if (typeof child !== "object" || child === null) {
        if (!isPlainLeaf(child)) return false;
      } else {
        if (seen.has(child)) return false;
        seen.add(child);
        open.push(child);
      }
    }
  }
  return true;
}

function isPlainLeaf(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    default:
      return value === null;
  }
}

/** The keys of a plain object or array; undefined for any other object. */
function plainKeys(object: object): string[] | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (Object.getOwnPropertySymbols(object).length > 0) return undefined;
  const keys = Object.keys(object);
  if (prototype === arrayPrototype) {
    return Array.isArray(object) && keys.length === object.length ? keys : undefined;
  }
  if (prototype !== objectPrototype) return undefined;
  return keys.includes("toJSON") || keys.includes("__proto__") ? undefined : keys;
}

type Built = abstract new (...args: never) => object;
const BUILT_INS: Readonly<Record<string, Built>> = {
  Map,
  Set,
  Date,
  RegExp,
  ArrayBuffer,
  Number,
  String,
  Boolean,
  BigInt: BigInt as unknown as Built,
};
/** Known to the library, but not to every place that a value can go to. */
const NOT_PORTABLE = /^(?:URL|URLSearchParams|Temporal\..+)$/;

function tagOf(value: object): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (NOT_PORTABLE.test(tag)) return "Object";
  if (Array.isArray(value)) return "Array";
  // A class can claim any tag; a built-in one counts only if the object is one.
  const claimed = Object.hasOwn(BUILT_INS, tag) ? BUILT_INS[tag] : undefined;
  return claimed === undefined || value instanceof claimed ? tag : "Object";
}

function viewInfo(view: ArrayBufferView & { readonly length?: number }): ReturnType<StringifyOperations["viewInfo"]> {
  const { byteLength, length } = view;
  const whole = byteLength === view.buffer.byteLength;
  const buffer = whole ? view.buffer : new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, byteLength)).buffer;
  return {
    buffer,
    byteOffset: 0,
    byteLength,
    bufferByteLength: byteLength,
    ...(length === undefined ? {} : { length }),
  };
}

/** Any object as the plain object that it becomes. */
function shapeOf(value: object): ReturnType<StringifyOperations["shapeOf"]> {
  if (Object.getOwnPropertySymbols(value).some((key) => Object.prototype.propertyIsEnumerable.call(value, key))) {
    return { kind: "symbol-keys" };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const keys = Object.keys(value);
  if (prototype === null) return { kind: "null-proto", keys };
  return keys.length === 0 && prototype !== objectPrototype ? { kind: "not-plain" } : { kind: "plain", keys };
}

/** How the graph writer looks at values: V4 of value.ts. */
export const operations: Partial<StringifyOperations> = { tagOf, viewInfo, shapeOf };
