/** A value as plain JSON data for people: what JSON has no form for becomes text or a plain object. */

/** The JSON-safe view of any value; a reference back to an enclosing object becomes `"[Circular]"`. */
export function displayValue(value: unknown, parents: readonly object[] = []): unknown {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "undefined":
    case "function":
    case "symbol":
      return null;
    case "object":
      if (value === null) return null;
      return parents.includes(value) ? "[Circular]" : displayObject(value, [...parents, value]);
    default:
      return value;
  }
}

function displayObject(object: object, parents: readonly object[]): unknown {
  const view = (value: unknown) => displayValue(value, parents);
  if (Array.isArray(object)) return Array.from(object, view);
  if (object instanceof Date) return Number.isNaN(object.getTime()) ? "Invalid Date" : object.toISOString();
  if (object instanceof RegExp) return String(object);
  if (object instanceof Number || object instanceof String || object instanceof Boolean || object instanceof BigInt) {
    return view(object.valueOf());
  }
  if (object instanceof Set) return Array.from(object, view);
  if (object instanceof Map) return displayMap(object, view);
  if (object instanceof ArrayBuffer) return Array.from(new Uint8Array(object));
  if (ArrayBuffer.isView(object)) {
    return Array.from(object instanceof DataView ? new Uint8Array(object.buffer) : (object as Uint8Array), view);
  }
  return object instanceof Error ? displayError(object, view) : fields(object, view);
}

type View = (value: unknown) => unknown;

/** An object where every key is text, else a list of pairs. */
function displayMap(map: ReadonlyMap<unknown, unknown>, view: View): unknown {
  const pairs = Array.from(map, ([key, value]) => [view(key), view(value)] as const);
  return pairs.every(([key]) => typeof key === "string") ? Object.fromEntries(pairs as [string, unknown][]) : pairs;
}

function displayError(error: Error, view: View): unknown {
  const errors: unknown = Object.hasOwn(error, "errors") ? Reflect.get(error, "errors") : undefined;
  return {
    name: error.name,
    message: error.message,
    ...(fields(error, view) as object),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: view(error.cause) }),
    ...(errors === undefined ? {} : { errors: view(errors) }),
  };
}

function fields(object: object, view: View): unknown {
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(object)) if (value !== undefined) entries.push([key, view(value)]);
  return Object.fromEntries(entries);
}
