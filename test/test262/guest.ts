/**
 * The guest runtime as a conformance test sees it: intrinsics are not frozen, jobs run one by one, and between two jobs
 * the whole state can be written and read. Bundled by adapter.mjs; evaluated in a realm of its own for each test.
 */
import "#runtime/guest/main.js";
import { api } from "#runtime/guest/api.js";
import { currentTurn, setTurn } from "#runtime/guest/current.js";
import { captureBaseline } from "#runtime/guest/heap/baseline.js";
import { intrinsicName, intrinsics } from "#runtime/guest/heap/intrinsics.js";
import { readHeap } from "#runtime/guest/heap/read.js";
import { writeHeap } from "#runtime/guest/heap/write.js";
import { makeHelpers } from "#runtime/guest/helpers.js";
import type { Instance } from "#runtime/guest/instance.js";
import { drainUntil } from "#runtime/guest/jobs.js";
import { jobsWait, listJobs, putJobs } from "#runtime/guest/queue.js";
import { initialState } from "#runtime/guest/state.js";
import type { GuestHelpers } from "#runtime/protocol/helpers.js";

const instance: Instance = {
  execution: "test",
  code: new Map(),
  modules: [],
  workflows: new Map(),
  queries: new Map(),
  templates: new Map(),
  state: initialState([1, 2, 3, 4]),
};
const { stringify } = JSON;

/** What programs of workflows find frozen, and tests may replace: how arrays are iterated. */
const iteration = [
  { holder: Array.prototype, key: Symbol.iterator },
  { holder: Reflect.getPrototypeOf([][Symbol.iterator]())!, key: "next" },
].map((place) => ({ ...place, pristine: Reflect.get(place.holder, place.key) as unknown }));

/** Runs the runtime's own work on arrays as the engine has them; `work` is told what the test has made of them. */
function withPristineArrays<T>(work: (replaced: Record<string, unknown>) => T): T {
  const found = iteration.map(({ holder, key }) => Reflect.getOwnPropertyDescriptor(holder, key));
  for (let i = 0; i < iteration.length; i++) define(iteration[i]!, { value: iteration[i]!.pristine });
  try {
    return work(Object.fromEntries(found.map((descriptor, i) => [`replaced${i}`, descriptor?.value as unknown])));
  } finally {
    for (let i = 0; i < iteration.length; i++) {
      const { holder, key } = iteration[i]!;
      const descriptor = found[i];
      if (descriptor === undefined) Reflect.deleteProperty(holder, key);
      else define(iteration[i]!, descriptor);
    }
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function define({ holder, key }: { holder: object; key: PropertyKey }, descriptor: PropertyDescriptor): void {
  Reflect.defineProperty(holder, key, { configurable: true, ...descriptor });
}

/** What the scripts have put into intrinsics, by name: frozen ones have nothing that a checkpoint must be able to name. */
function putIntoIntrinsics(): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const holder of intrinsics()) {
    if (!isObject(holder)) continue;
    for (const key of Reflect.ownKeys(holder)) {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(holder, key) ?? {};
      const parts: readonly unknown[] = [value, get, set];
      parts.forEach((part, i) => {
        if (typeof part !== "function" || intrinsicName(part) !== undefined) return;
        found[`${intrinsicName(holder)}.${String(key)}.${i}`] = part;
      });
    }
  }
  return found;
}

function describe(error: unknown): string {
  if (typeof error !== "object" || error === null) return stringify({ name: typeof error, message: String(error) });
  const made = error as { readonly constructor?: { readonly name?: unknown }; readonly message?: unknown };
  const name: unknown = made.constructor?.name ?? Reflect.get(error, "name");
  return stringify({ name: String(name), message: String(made.message ?? "") });
}

const entry = {
  /** Evaluates the scripts. Gives "" or the error that they threw, as JSON. */
  start(factory: (helpers: GuestHelpers) => void): string {
    setTurn({ instance, phase: "run", commands: [], logs: [], scope: undefined, fault: undefined });
    try {
      factory(makeHelpers(instance, api));
    } catch (error) {
      return describe(error);
    }
    return "";
  },
  /** Notes what the scripts have made, jobs included, so that a state can be written or read. */
  capture(): void {
    withPristineArrays((replaced) => {
      const bindings = { jobs: listJobs(), ...replaced, ...putIntoIntrinsics() };
      instance.modules.push({ id: "realm", bindings, variables: {} });
      captureBaseline(instance);
    });
  },
  hasJobs: jobsWait,
  /** Runs the oldest job. */
  runJob(): string {
    let checks = 0;
    drainUntil(() => checks++ === 1);
    return currentTurn().fault === undefined ? "" : stringify({ name: "fault", message: currentTurn().fault?.message });
  },
  /** The whole state, or what in it cannot be saved after "!". */
  write(): string {
    const written = withPristineArrays(() => {
      instance.state.main = listJobs();
      return writeHeap(instance);
    });
    return "text" in written ? written.text : `!${written.unserializable.path} is ${written.unserializable.what}`;
  },
  read(text: string): void {
    withPristineArrays(() => {
      readHeap(instance, text);
      putJobs(instance.state.main as unknown[]);
    });
  },
};

Object.defineProperty(globalThis, "$conformance", { value: entry, configurable: true });
