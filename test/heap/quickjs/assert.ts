/**
 * The part of node:assert/strict that the heap tests use, for the sandbox's engine.
 */

function fail(message: string): never {
  throw new Error(message);
}

function ok(value: unknown, message = "not truthy"): asserts value {
  if (!value) fail(message);
}

function equal(actual: unknown, expected: unknown, message = `${show(actual)} is not ${show(expected)}`): void {
  if (!Object.is(actual, expected)) fail(message);
}

function notEqual(actual: unknown, expected: unknown, message = "the same"): void {
  if (Object.is(actual, expected)) fail(message);
}

function deepEqual(actual: unknown, expected: unknown, message = "differs"): void {
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) {
    equal(actual, expected, `${message}: ${show(actual)} is not ${show(expected)}`);
    return;
  }
  if (actual === expected) return;
  const keys = Reflect.ownKeys(expected);
  deepEqualKeys(Reflect.ownKeys(actual), keys, message);
  for (const key of keys) deepEqual(Reflect.get(actual, key), Reflect.get(expected, key), `${message}.${String(key)}`);
}

function deepEqualKeys(actual: readonly PropertyKey[], expected: readonly PropertyKey[], message: string): void {
  if (actual.length !== expected.length || !expected.every((key) => actual.includes(key))) {
    fail(`${message}: keys ${actual.map(String).join()} instead of ${expected.map(String).join()}`);
  }
}

function throws(work: () => void, expected: { readonly code?: string; readonly message?: RegExp } = {}): void {
  try {
    work();
  } catch (error) {
    if (expected.code !== undefined) equal(Reflect.get(error as object, "code"), expected.code);
    if (expected.message !== undefined) match(String(Reflect.get(error as object, "message")), expected.message);
    return;
  }
  fail("nothing was thrown");
}

function match(text: string, pattern: RegExp): void {
  if (!pattern.test(text)) fail(`${text} does not match ${String(pattern)}`);
}

function show(value: unknown): string {
  return typeof value === "object" && value !== null ? Object.prototype.toString.call(value) : String(value);
}

const assert = { ok, equal, notEqual, deepEqual, throws, match, fail };
// biome-ignore lint/style/noDefaultExport: stands in for node:assert/strict
export default assert;
