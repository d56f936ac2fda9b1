/** Values as text, so that traces can be compared: kinds, odd numbers, own keys in order, cycles. */

/** The text of a value. */
export function show(value: unknown, seen: readonly unknown[] = []): string {
  if (typeof value === "string") return value.length > 80 ? `string of ${value.length}` : JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "function") return `function ${value.name}/${value.length}`;
  if (typeof value !== "object" || value === null) return String(value);
  const at = seen.indexOf(value);
  if (at >= 0) return `<${seen.length - at} up>`;
  const inner = (each: unknown): string => show(each, [...seen, value]);
  if (value instanceof Date) return `Date ${Number.isNaN(value.getTime()) ? "invalid" : value.toISOString()}`;
  if (value instanceof RegExp) return `${value} at ${value.lastIndex}`;
  if (Array.isArray(value)) return `[${Array.from(value, inner).join(", ")}]`;
  if (value instanceof Map) return `Map {${[...value].map(([k, v]) => `${inner(k)} => ${inner(v)}`).join(", ")}}`;
  if (value instanceof Set) return `Set {${[...value].map(inner).join(", ")}}`;
  if (ArrayBuffer.isView(value)) return `${Object.prototype.toString.call(value)} ${String(value)}`;
  const fields = Object.entries(value).map(([key, each]) => `${key}: ${inner(each)}`);
  if (!(value instanceof Error)) return `{${fields.join(", ")}}`;
  const cause = "cause" in value ? ` because ${inner(value.cause)}` : "";
  const errors = value instanceof AggregateError ? ` of ${inner(value.errors)}` : "";
  return `${value.name}(${value.message})${fields.length > 0 ? ` {${fields.join(", ")}}` : ""}${cause}${errors}`;
}
