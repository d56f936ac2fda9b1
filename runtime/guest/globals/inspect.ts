/**
 * A readable text of any value, for the log: limited in depth and length, safe with cycles, and without running getters
 * or other user code (proxies and custom `toString`s are not asked).
 */

const MAX_DEPTH = 4;
const MAX_ITEMS = 100;
const MAX_STRING = 10_000;
const INLINE_WIDTH = 76;

/** The text of one argument of a `console` method. A string at the top stands for itself. */
export function inspect(value: unknown): string {
  return typeof value === "string" ? value : describe(value, 0, []);
}

function describe(value: unknown, depth: number, parents: readonly object[]): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > MAX_STRING ? `${value.slice(0, MAX_STRING)}…` : value);
    case "bigint":
      return `${value}n`;
    case "symbol":
      return value.toString();
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "function":
      return describeFunction(value);
    case "object":
      return value === null ? "null" : describeObject(value, depth, parents);
    default:
      return String(value);
  }
}

// biome-ignore lint/complexity/noBannedTypes: any function at all
function describeFunction(fn: Function): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, "name")?.value;
  return typeof name === "string" && name !== "" ? `[Function: ${name}]` : "[Function (anonymous)]";
}

function describeObject(object: object, depth: number, parents: readonly object[]): string {
  if (parents.includes(object)) return "[Circular]";
  if (object instanceof Error) return describeError(object, depth, parents);
  if (object instanceof Date) return Number.isNaN(object.getTime()) ? "Invalid Date" : object.toISOString();
  if (object instanceof RegExp) return RegExp.prototype.toString.call(object);
  const label = labelOf(object);
  if (depth >= MAX_DEPTH) return Array.isArray(object) ? "[Array]" : `[${label || "Object"}]`;
  const inner = [...parents, object];
  const nested = (value: unknown) => describe(value, depth + 1, inner);
  if (Array.isArray(object)) return list("[", arrayItems(object, nested), "]", depth);
  const prefix = label === "" ? "" : `${label} `;
  if (object instanceof Map) {
    const entries = limited(Map.prototype.entries.call(object));
    const items = entries.map(([key, item]) => `${nested(key)} => ${nested(item)}`);
    return list(`Map(${object.size}) {`, withRest(items, object.size), "}", depth);
  }
  if (object instanceof Set) {
    const items = limited(Set.prototype.values.call(object)).map(nested);
    return list(`Set(${object.size}) {`, withRest(items, object.size), "}", depth);
  }
  if (ArrayBuffer.isView(object) && !(object instanceof DataView)) {
    const elements = Array.from(object as Uint8Array);
    return list(
      `${label}(${elements.length}) [`,
      withRest(elements.slice(0, MAX_ITEMS).map(nested), elements.length),
      "]",
      depth,
    );
  }
  return list(`${prefix}{`, properties(object, nested), "}", depth);
}

function describeError(error: Error, depth: number, parents: readonly object[]): string {
  const heading = `${error.name}: ${error.message}`;
  const { stack } = error;
  const text =
    typeof stack === "string" && stack !== "" && !stack.includes(error.message)
      ? `${heading}\n${stack}`
      : stack || heading;
  const trimmed = text.trimEnd();
  if (error.cause === undefined || depth >= MAX_DEPTH) return trimmed;
  return `${trimmed}\n  cause: ${describe(error.cause, depth + 1, [...parents, error])}`;
}

/** The class's name; empty for plain objects. */
function labelOf(object: object): string {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === null) return "[null prototype]";
  if (prototype === Object.prototype || Array.isArray(object)) return "";
  const Class = dataProperty(prototype as object, "constructor");
  const name: unknown = typeof Class === "function" ? Object.getOwnPropertyDescriptor(Class, "name")?.value : "";
  return typeof name === "string" ? name : "";
}

function dataProperty(object: object, key: PropertyKey): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  // Hardened prototypes have their constructor behind a getter of the realm's own.
  return descriptor?.get !== undefined && key === "constructor" ? Reflect.get(object, key) : descriptor?.value;
}

function properties(object: object, nested: (value: unknown) => string): string[] {
  const items: string[] = [];
  for (const key of Reflect.ownKeys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (descriptor?.enumerable !== true) continue;
    if (items.length === MAX_ITEMS) return [...items, "…"];
    const name =
      typeof key === "symbol" ? `[${String(key)}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    items.push(`${name}: ${descriptor.get || descriptor.set ? "[Getter]" : nested(descriptor.value)}`);
  }
  return items;
}

function arrayItems(array: readonly unknown[], nested: (value: unknown) => string): string[] {
  const items: string[] = [];
  for (let i = 0; i < array.length && i < MAX_ITEMS; i++)
    items.push(Object.hasOwn(array, i) ? nested(array[i]) : "<empty>");
  return withRest(items, array.length);
}

function withRest(items: string[], total: number): string[] {
  return total > items.length ? [...items, `… ${total - items.length} more`] : items;
}

function limited<T>(iterator: IterableIterator<T>): T[] {
  const items: T[] = [];
  for (let next = iterator.next(); next.done !== true && items.length < MAX_ITEMS; next = iterator.next())
    items.push(next.value);
  return items;
}

function list(open: string, items: readonly string[], close: string, depth: number): string {
  if (items.length === 0) return open + close;
  const inline = items.join(", ");
  const pad = open.endsWith("[") ? "" : " ";
  if (inline.length <= INLINE_WIDTH && !inline.includes("\n")) return `${open}${pad}${inline}${pad}${close}`;
  const indent = "  ".repeat(depth + 1);
  return `${open}\n${items.map((item) => indent + item).join(",\n")}\n${"  ".repeat(depth)}${close}`;
}
