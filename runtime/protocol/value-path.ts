/** Where in a value something is, and what it is: for the message of a refusal. */

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

interface Step {
  readonly value: unknown;
  readonly path: string;
}

/** The shortest path to `target` inside `value`, in source terms; `root` itself where there is none. */
export function pathTo(value: unknown, target: unknown, root: string): string {
  const seen = new Set<unknown>();
  const queue: Step[] = [{ value, path: root }];
  for (let at = 0; at < queue.length; at++) {
    const step = queue[at] as Step;
    if (Object.is(step.value, target)) return step.path;
    if (typeof step.value !== "object" || step.value === null || seen.has(step.value)) continue;
    seen.add(step.value);
    for (const child of childrenOf(step.value, step.path)) queue.push(child);
  }
  return root;
}

function childrenOf(object: object, path: string): Step[] {
  const children: Step[] = [];
  if (object instanceof Map) {
    for (const [key, value] of object) {
      children.push({ value: key, path: `a key of ${path}` }, { value, path: `${path}.get(${keyText(key)})` });
    }
  } else if (object instanceof Set) {
    for (const value of object) children.push({ value, path: `an element of ${path}` });
  } else {
    const isArray = Array.isArray(object);
    const keys = object instanceof Error ? [...Object.keys(object), "cause", "errors"] : Object.keys(object);
    for (const key of keys) {
      const access = isArray ? `[${key}]` : IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      children.push({ value: Reflect.get(object, key), path: path + access });
    }
  }
  return children;
}

function keyText(key: unknown): string {
  if (typeof key === "string") return JSON.stringify(key);
  return typeof key === "object" || typeof key === "function" || typeof key === "symbol" ? "…" : String(key);
}

/** What a refused value is, with its article. */
export function describeRefused(value: unknown): string {
  if (typeof value === "function") return value.name === "" ? "a function" : `a function (${value.name})`;
  if (typeof value === "symbol") return "a symbol";
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  if ("then" in value && typeof value.then === "function") return "a promise";
  if (Object.hasOwn(value, "__proto__")) return "an object with a key __proto__";
  if (Object.getOwnPropertySymbols(value).length > 0) return "an object with symbols as keys";
  const Class: unknown = Reflect.get(value, "constructor");
  const name = typeof Class === "function" ? Class.name : "";
  return name === "" ? "an object without own fields" : `an instance of ${name} without own fields`;
}
