/**
 * ArrayBuffer, typed arrays and DataView. A buffer is one row whatever number of views share it.
 */
import { fromBase64, toBase64 } from "../base64.js";
import { damaged, Refusal } from "../faults.js";
import {
  getPrototypeOf,
  getterOf,
  isView,
  NativeArrayBuffer,
  NativeDataView,
  NativeUint8Array,
  uncurry,
} from "../natives.js";
import { answers, type Kind, numberedSlot } from "./kind.js";

type Resizable = ArrayBuffer & { readonly maxByteLength: number; resize(length: number): void };

const byteLengthOf = getterOf<number>(ArrayBuffer.prototype, "byteLength");
const canResize = "resizable" in ArrayBuffer.prototype;
const isResizable = canResize ? getterOf<boolean>(ArrayBuffer.prototype, "resizable") : () => false;
const maximumOf = canResize ? getterOf<number>(ArrayBuffer.prototype, "maxByteLength") : byteLengthOf;
const resize = canResize
  ? (uncurry(Reflect.get(ArrayBuffer.prototype, "resize")) as (self: object, length: number) => void)
  : undefined;

const isBuffer = answers(byteLengthOf);
const canDetach = "detached" in ArrayBuffer.prototype;
const isDetached = canDetach ? getterOf<boolean>(ArrayBuffer.prototype, "detached") : () => false;

/** No new buffer can be made like one whose content has moved on. Throws Refusal. */
function requireAttached(value: object): void {
  if (isDetached(value)) throw new Refusal("a detached ArrayBuffer");
}

export const buffer: Kind = {
  tag: 32,
  name: "an ArrayBuffer",
  prototypes: [ArrayBuffer.prototype],
  is: (value) => {
    if (!isBuffer(value)) return false;
    requireAttached(value);
    return true;
  },
  slots: (value) => {
    requireAttached(value);
    return [toBase64(new NativeUint8Array(value as ArrayBuffer)), isResizable(value) ? maximumOf(value) : undefined];
  },
  slotName: numberedSlot,
  making: "primitives",
  make: (slots) => {
    const { bytes, maximum } = bufferSlots(slots);
    if (maximum === undefined) return bytes.buffer;
    const Constructor = NativeArrayBuffer as unknown as new (length: number, options: object) => Resizable;
    const made = new Constructor(bytes.length, { maxByteLength: maximum });
    new NativeUint8Array(made).set(bytes);
    return made;
  },
  fill: (value, slots) => {
    const { bytes } = bufferSlots(slots);
    if (byteLengthOf(value) !== bytes.length) resize?.(value, bytes.length);
    new NativeUint8Array(value as ArrayBuffer).set(bytes);
  },
  own: "all",
};

function bufferSlots([text, maximum]: readonly unknown[]): {
  bytes: Uint8Array<ArrayBuffer>;
  maximum: number | undefined;
} {
  if (typeof text !== "string") throw damaged("a buffer without bytes");
  if (maximum !== undefined && typeof maximum !== "number") throw damaged("a buffer's maximum");
  return { bytes: fromBase64(text), maximum };
}

const typedPrototype = getPrototypeOf(Int8Array.prototype) as object;
const typeNameOf = getterOf<string | undefined>(typedPrototype, Symbol.toStringTag);
const typedBuffer = getterOf<ArrayBuffer>(typedPrototype, "buffer");
const typedOffset = getterOf<number>(typedPrototype, "byteOffset");
const typedLength = getterOf<number>(typedPrototype, "length");
const typedByteLength = getterOf<number>(typedPrototype, "byteLength");
/** Like all methods, `indexOf` throws for a view out of bounds. */
const isTypedAlive = answers(uncurry(Uint8Array.prototype.indexOf) as (view: object) => unknown);

type ViewConstructor = new (buffer: ArrayBuffer, offset: number, length?: number) => object;
const TYPED_NAMES = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
];
const typedConstructors = new Map<unknown, ViewConstructor>();
for (const name of TYPED_NAMES) {
  const found: unknown = Reflect.get(globalThis, name);
  if (typeof found === "function") typedConstructors.set(name, found as ViewConstructor);
}

export const typedArray: Kind = {
  tag: 33,
  name: "a typed array",
  prototypes: [typedPrototype],
  is: (value) => isView(value) && typeNameOf(value) !== undefined,
  slots: (value) => {
    const source = typedBuffer(value);
    const offset = typedOffset(value);
    const end = offset + typedByteLength(value);
    const length = followsBuffer(value, source, end, isTypedAlive) ? undefined : typedLength(value);
    return [typeNameOf(value), source, offset, length];
  },
  slotName: (index) => (index === 1 ? ".buffer" : numberedSlot(index)),
  making: "parts",
  make: ([name, ...view]) => {
    const Constructor = typedConstructors.get(name);
    if (Constructor === undefined) throw damaged(`a typed array of type ${String(name)}`);
    return makeView(Constructor, view);
  },
  own: "all",
  implied: (value, keys) => keys.slice(typedLength(value)),
};

const viewBuffer = getterOf<ArrayBuffer>(DataView.prototype, "buffer");
const viewOffset = getterOf<number>(DataView.prototype, "byteOffset");
const viewLength = getterOf<number>(DataView.prototype, "byteLength");
const isViewAlive = answers(viewLength);

export const dataView: Kind = {
  tag: 34,
  name: "a DataView",
  prototypes: [DataView.prototype],
  is: (value) => isView(value) && typeNameOf(value) === undefined,
  slots: (value) => {
    const source = viewBuffer(value);
    if (isDetached(source)) return [source, 0, undefined];
    const offset = viewOffset(value);
    const length = viewLength(value);
    return [source, offset, followsBuffer(value, source, offset + length, isViewAlive) ? undefined : length];
  },
  slotName: (index) => (index === 0 ? ".buffer" : numberedSlot(index)),
  making: "parts",
  make: (view) => makeView(NativeDataView, view),
  own: "all",
};

function makeView(Constructor: ViewConstructor, [source, offset, length]: readonly unknown[]): object {
  if (!(source instanceof NativeArrayBuffer)) throw damaged("a view without its buffer");
  return length === undefined
    ? new Constructor(source, offset as number)
    : new Constructor(source, offset as number, length as number);
}

/**
 * True if the view was made without a length on a resizable buffer. The engine tells only by resizing: when the buffer
 * ends inside the view, such a view shrinks, and one of fixed length is out of bounds.
 */
function followsBuffer(view: object, source: ArrayBuffer, end: number, isAlive: (view: object) => boolean): boolean {
  if (resize === undefined || !isBuffer(source) || isDetached(source) || !isResizable(source)) return false;
  const bytes = new NativeUint8Array(source).slice();
  resize(source, end === 0 ? 0 : end - 1);
  const follows = isAlive(view);
  resize(source, bytes.length);
  new NativeUint8Array(source).set(bytes);
  return follows;
}
