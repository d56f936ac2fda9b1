/**
 * What a workflow must not use because a replay of the tail would see other results, or because it reaches for the
 * host. Calling one throws EV5020 and says what to use instead: never a silent hang.
 *
 * `process`, `Buffer`, `Intl` and the like stay undefined, so that libraries which ask `typeof process` go their
 * portable way.
 */
import type { AnyFunction } from "../../protocol/helpers.js";
import { currentTurn } from "../current.js";
import { refusal } from "../errors.js";
import { makeClosure, runtimeCode } from "../registry.js";
import { defineGlobal } from "./define.js";
import { ownGlobal } from "./own.js";

const IN_A_TASK = "Call it in a task, and call the task from the workflow.";
const NO_CODE_FROM_TEXT = "Write the code out: a workflow runs only what was compiled.";
const NO_SHARED_MEMORY = "An execution is single-threaded: use ordinary variables.";

const FUNCTIONS: Readonly<Record<string, string>> = {
  setImmediate: "Use queueMicrotask(f), or setTimeout(f), which is durable.",
  clearImmediate: "Use clearTimeout, which takes what setTimeout gave.",
  fetch: IN_A_TASK,
  XMLHttpRequest: IN_A_TASK,
  WebSocket: IN_A_TASK,
  Worker: IN_A_TASK,
  require: "Import the module at the top of the file; modules of the host belong into tasks.",
  eval: NO_CODE_FROM_TEXT,
  SharedArrayBuffer: NO_SHARED_MEMORY,
};

const OBJECTS: Readonly<Record<string, { readonly methods: readonly string[]; readonly remedy: string }>> = {
  performance: {
    methods: ["now", "mark", "measure", "getEntries", "getEntriesByName", "getEntriesByType", "clearMarks"],
    remedy: "Use Date.now(), which gives the activation's logical time; measure durations in tasks.",
  },
  Atomics: {
    methods: [
      "add",
      "and",
      "compareExchange",
      "exchange",
      "isLockFree",
      "load",
      "notify",
      "or",
      "pause",
      "store",
      "sub",
      "wait",
      "waitAsync",
      "xor",
    ],
    remedy: NO_SHARED_MEMORY,
  },
};

/** The result of a call that is not refused; undefined for one that is. */
type Allowed = (args: readonly unknown[]) => unknown;

/**
 * `Function("return this")`, by which packages that are older than `globalThis` ask for the global object, is the one
 * text whose meaning is known.
 */
function askingForGlobal(args: readonly unknown[]): unknown {
  if (args.length !== 1 || !/^\s*return this;?\s*$/.test(String(args[0]))) return undefined;
  return makeClosure(returnThisCode);
}
const returnThisCode = runtimeCode("rt:returnThis", () => () => ownGlobal(currentTurn().instance));

/** A function that refuses; it can be tested for with `typeof` and `instanceof`. */
function forbidden(name: string, what: string, remedy: string, allowed?: Allowed): AnyFunction {
  // Not an arrow: `new WebSocket(…)` has to get this far.
  function refuse(...args: unknown[]): unknown {
    if (allowed !== undefined) {
      const result = allowed(args);
      if (result !== undefined) return result;
    }
    throw refusal("EV5020", `${what} is not available in a workflow`, remedy);
  }
  Object.defineProperty(refuse, "name", { value: name, configurable: true });
  return refuse;
}

/** `Function`, and the constructors of the other kinds of functions, which only the prototypes lead to. */
function forbidFunctionConstructors(): void {
  // Compiled by the engine when it runs: the point is to reach prototypes that no global leads to.
  const kinds = [
    Function.prototype,
    Object.getPrototypeOf(function* () {}) as object,
    Object.getPrototypeOf(async () => undefined) as object,
    Object.getPrototypeOf(async function* () {}) as object,
  ];
  for (const prototype of kinds) {
    const original: unknown = Reflect.get(prototype, "constructor");
    const name = typeof original === "function" ? original.name : "Function";
    const allowed = prototype === Function.prototype ? askingForGlobal : undefined;
    const replacement = forbidden(name, `${name}() from text`, NO_CODE_FROM_TEXT, allowed);
    Object.defineProperty(replacement, "length", { value: 1, configurable: true });
    Object.defineProperty(replacement, "prototype", { value: prototype, writable: false });
    const descriptor = Object.getOwnPropertyDescriptor(prototype, "constructor");
    Object.defineProperty(prototype, "constructor", { ...descriptor, value: replacement });
    if (prototype === Function.prototype) defineGlobal("Function", replacement);
    else Object.setPrototypeOf(replacement, Function.prototype.constructor);
  }
}

/** Puts the refusals into the realm. */
export function installForbidden(): void {
  for (const [name, remedy] of Object.entries(FUNCTIONS)) defineGlobal(name, forbidden(name, `${name}()`, remedy));
  for (const [name, { methods, remedy }] of Object.entries(OBJECTS)) {
    const entries = methods.map((method) => [method, forbidden(method, `${name}.${method}()`, remedy)] as const);
    defineGlobal(name, Object.fromEntries(entries));
  }
  forbidFunctionConstructors();
}
