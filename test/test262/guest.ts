/**
 * The guest runtime as a conformance test sees it: intrinsics are not frozen, jobs run one by one, and between two jobs
 * the whole state can be written and read. Bundled by adapter.mjs; evaluated in a realm of its own for each test.
 */
import "#runtime/guest/main.js";
import { api } from "#runtime/guest/api.js";
import { currentTurn, setTurn } from "#runtime/guest/current.js";
import { captureBaseline } from "#runtime/guest/heap/baseline.js";
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
    instance.modules.push({ id: "jobs", bindings: { jobs: listJobs() }, variables: {} });
    captureBaseline(instance);
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
    instance.state.main = listJobs();
    const written = writeHeap(instance);
    return "text" in written ? written.text : `!${written.unserializable.path} is ${written.unserializable.what}`;
  },
  read(text: string): void {
    readHeap(instance, text);
    putJobs(instance.state.main as unknown[]);
  },
};

Object.defineProperty(globalThis, "$conformance", { value: entry, configurable: true });
