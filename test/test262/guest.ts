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
import { drainJobs } from "#runtime/guest/jobs.js";
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
let noted: readonly NotedIntrinsic[] = [];

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

/**
 * What a test has made of an intrinsic since the state was first noted. `deleted` are keys; `defined` has for each
 * property that is new or other than it was: key, descriptor.
 */
type ChangedIntrinsic = readonly [
  holder: object,
  prototype: object | null,
  deleted: PropertyKey[],
  defined: (PropertyKey | PropertyDescriptor)[],
];

interface NotedIntrinsic {
  readonly holder: object;
  readonly prototype: object | null;
  readonly keys: readonly PropertyKey[];
  readonly descriptors: readonly PropertyDescriptor[];
}

const { ownKeys, getPrototypeOf, setPrototypeOf, getOwnPropertyDescriptor, deleteProperty } = Reflect;
const { is, hasOwn } = Object;

/**
 * Intrinsics as they are, the global object among them: a workflow finds them frozen, a test may change them. Whatever
 * looks at them here does without them: a test may have changed how arrays are iterated.
 */
function noteIntrinsics(): NotedIntrinsic[] {
  const noted: NotedIntrinsic[] = [];
  const all = intrinsics();
  for (let i = 0; i < all.length; i++) {
    const holder = all[i];
    if (!isObject(holder)) continue;
    const keys = ownKeys(holder);
    const descriptors: PropertyDescriptor[] = [];
    for (let k = 0; k < keys.length; k++) descriptors[k] = getOwnPropertyDescriptor(holder, keys[k]!)!;
    noted[noted.length] = { holder, prototype: getPrototypeOf(holder), keys, descriptors };
  }
  return noted;
}

function changesOfIntrinsics(before: readonly NotedIntrinsic[]): ChangedIntrinsic[] {
  const changed: ChangedIntrinsic[] = [];
  for (let i = 0; i < before.length; i++) {
    const { holder, prototype, keys, descriptors } = before[i]!;
    const present = ownKeys(holder);
    const change: ChangedIntrinsic = [holder, getPrototypeOf(holder), [], []];
    const deleted = change[2];
    const defined = change[3];
    for (let k = 0; k < present.length; k++) {
      const key = present[k]!;
      const descriptor = getOwnPropertyDescriptor(holder, key)!;
      const at = keys[k] === key ? k : placeOf(key, keys);
      if (at >= 0 && isSame(descriptors[at]!, descriptor)) continue;
      defined[defined.length] = key;
      defined[defined.length] = descriptor;
    }
    for (let k = 0; k < keys.length; k++) if (!hasOwn(holder, keys[k]!)) deleted[deleted.length] = keys[k]!;
    if (defined.length + deleted.length > 0 || change[1] !== prototype) changed[changed.length] = change;
  }
  return changed;
}

function placeOf(key: PropertyKey, keys: readonly PropertyKey[]): number {
  for (let i = 0; i < keys.length; i++) if (keys[i] === key) return i;
  return -1;
}

function isSame(a: PropertyDescriptor, b: PropertyDescriptor): boolean {
  if (a.enumerable !== b.enumerable || a.configurable !== b.configurable || a.writable !== b.writable) return false;
  return is(a.value, b.value) && a.get === b.get && a.set === b.set;
}

function changeIntrinsics(changed: readonly ChangedIntrinsic[]): void {
  for (let i = 0; i < changed.length; i++) {
    const change = changed[i]!;
    const holder = change[0];
    if (getPrototypeOf(holder) !== change[1]) setPrototypeOf(holder, change[1]);
    for (let k = 0; k < change[2].length; k++) deleteProperty(holder, change[2][k]!);
    for (let k = 0; k < change[3].length; k += 2)
      Reflect.defineProperty(holder, change[3][k] as PropertyKey, change[3][k + 1] as PropertyDescriptor);
  }
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
      noted = noteIntrinsics();
      const bindings = { jobs: listJobs(), ...replaced, ...putIntoIntrinsics() };
      instance.modules.push({ id: "realm", bindings, variables: {} });
      captureBaseline(instance);
    });
  },
  hasJobs: jobsWait,
  /** Runs the oldest job. */
  runJob(): string {
    let checks = 0;
    drainJobs(() => checks++ === 1);
    return currentTurn().fault === undefined ? "" : stringify({ name: "fault", message: currentTurn().fault?.message });
  },
  /** The whole state, or what in it cannot be saved after "!". */
  write(): string {
    const changed = changesOfIntrinsics(noted);
    const written = withPristineArrays(() => {
      instance.state.main = [listJobs(), changed];
      return writeHeap(instance);
    });
    return "text" in written ? written.text : `!${written.unserializable.path} is ${written.unserializable.what}`;
  },
  read(text: string): void {
    const changed = withPristineArrays(() => {
      readHeap(instance, text);
      const main = instance.state.main as [unknown[], ChangedIntrinsic[]];
      putJobs(main[0]);
      return main[1];
    });
    changeIntrinsics(changed);
  },
};

Object.defineProperty(globalThis, "$conformance", { value: entry, configurable: true });
