/**
 * A test262 host: each test is compiled by this project's compiler (harness and test as one program) and run in a fresh
 * QuickJS realm with the guest runtime. Mode A runs the jobs to the end. Mode B writes the whole state after every
 * `every`-th job, drops the realm, and goes on in a fresh one that has nothing but the program and that text.
 *
 *   create({ mode: "A" | "B", every?: number }) → { features, run(test), close() }
 *   test = { rel, source, harness: [{ name, source }], strict, module }
 *   run(test) → { prints, error?: { name, message, phase } }
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { newQuickJSWASMModuleFromVariant, RELEASE_SYNC } from "quickjs-emscripten";
import { compileScripts } from "../../dist/test/test262/compile.js";

const MAX_JOBS = 50_000;
const STACK_BYTES = 256 * 1024;

export default async function create({ mode = "A", every = 1 } = {}) {
  const quickjs = await newQuickJSWASMModuleFromVariant(RELEASE_SYNC);
  const guest = await bundleGuest();
  const run =
    mode === "B"
      ? (program) => runRestoring(quickjs, guest, program, every)
      : (program) => runStraight(quickjs, guest, program);
  return {
    features: probe(quickjs, guest),
    run(test) {
      let program;
      try {
        program = compileScripts(test);
      } catch (error) {
        return { prints: [], error: { name: error.name, message: error.message, phase: "compile" } };
      }
      return run(program);
    },
  };
}

async function bundleGuest() {
  const entry = fileURLToPath(new URL("../../dist/test/test262/guest.js", import.meta.url));
  const options = {
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2023",
    charset: "utf8",
  };
  return (await build(options)).outputFiles[0].text;
}

/** A realm with the guest runtime; `prints` collects what the test prints, unless `muted`. */
class Realm {
  constructor(quickjs, guest, prints) {
    this.context = quickjs.newContext();
    this.context.runtime.setMaxStackSize(STACK_BYTES);
    this.prints = prints;
    this.muted = false;
    this.#define("print", (text) => {
      if (!this.muted) this.prints.push(text === undefined ? "undefined" : this.context.getString(text));
    });
    this.evaluate(REALM_CODE, "realm.js").dispose();
    this.evaluate(guest, "guest.js").dispose();
    this.entry = this.evaluate(
      "(() => { const entry = $conformance; delete globalThis.$conformance; delete globalThis.$eventual; return entry; })()",
      "realm.js",
    );
  }

  #define(name, fn) {
    const handle = this.context.newFunction(name, fn);
    this.context.defineProp(this.context.global, name, { value: handle, configurable: true, enumerable: false });
    handle.dispose();
  }

  evaluate(code, file) {
    return this.context.unwrapResult(this.context.evalCode(code, file, { type: "global" }));
  }

  /** Calls a method of the guest's entry; gives its string or boolean. Throws what the guest threw. */
  call(method, ...args) {
    const { context } = this;
    const fn = context.getProp(this.entry, method);
    try {
      const result = context.unwrapResult(context.callFunction(fn, this.entry, ...args));
      const value = context.dump(result);
      result.dispose();
      return value;
    } finally {
      fn.dispose();
    }
  }

  start(program) {
    const factory = this.evaluate(program, "test.js");
    try {
      return this.call("start", factory);
    } finally {
      factory.dispose();
    }
  }

  dispose() {
    this.entry.dispose();
    this.context.dispose();
  }
}

/** `$262`, as far as a sandbox has it. */
const REALM_CODE = `Object.defineProperty(globalThis, "$262", { configurable: true, writable: true, value: {
  global: globalThis,
  createRealm() { throw new Error("a sandbox has one realm"); },
  evalScript() { throw new Error("no code from text"); },
  detachArrayBuffer(buffer) { buffer.transfer(); },
  gc() { throw new Error("no gc"); },
  agent: {},
} })`;

function failure(error, phase) {
  return { name: String(error?.name), message: String(error?.message), phase };
}

/** Runs `work`, which answers with an error or undefined, and gives the outcome of the test. */
function outcome(prints, work) {
  try {
    const error = work();
    return error === undefined ? { prints } : { prints, error };
  } catch (error) {
    return { prints, error: failure(error, "runtime") };
  }
}

function thrown(json) {
  return json === "" ? undefined : { ...JSON.parse(json), phase: "runtime" };
}

function runStraight(quickjs, guest, program) {
  const prints = [];
  const realm = new Realm(quickjs, guest, prints);
  try {
    return outcome(prints, () => {
      const error = thrown(realm.start(program));
      for (let i = 0; error === undefined && i < MAX_JOBS && realm.call("hasJobs"); i++) {
        const fault = thrown(realm.call("runJob"));
        if (fault !== undefined) return fault;
      }
      return error;
    });
  } finally {
    realm.dispose();
  }
}

function runRestoring(quickjs, guest, program, every) {
  const prints = [];
  let realm = new Realm(quickjs, guest, prints);
  try {
    return outcome(prints, () => {
      const error = thrown(realm.start(program));
      if (error !== undefined || !realm.call("hasJobs")) return error;
      realm.call("capture");
      for (let i = 1; i < MAX_JOBS && realm.call("hasJobs"); i++) {
        const fault = thrown(realm.call("runJob"));
        if (fault !== undefined) return fault;
        if (i % every !== 0) continue;
        const text = realm.call("write");
        if (text.startsWith("!")) return { name: "Unserializable", message: text.slice(1), phase: "runtime" };
        realm.dispose();
        realm = new Realm(quickjs, guest, prints);
        realm.muted = true;
        const again = thrown(realm.start(program));
        if (again !== undefined) return { ...again, message: `when evaluated again: ${again.message}` };
        realm.call("capture");
        const handle = realm.context.newString(text);
        realm.call("read", handle);
        handle.dispose();
        realm.muted = false;
      }
      return undefined;
    });
  } finally {
    realm.dispose();
  }
}

/** What the realm has of the features that engines may lack. */
function probe(quickjs, guest) {
  const realm = new Realm(quickjs, guest, []);
  const has = (expression) => {
    const handle = realm.evaluate(
      `(() => { try { return Boolean(${expression}); } catch { return false; } })()`,
      "probe.js",
    );
    const value = realm.context.dump(handle);
    handle.dispose();
    return value;
  };
  const features = Object.fromEntries(Object.entries(FEATURES).map(([name, expression]) => [name, has(expression)]));
  realm.dispose();
  return features;
}

const FEATURES = {
  "source-phase-imports": "false",
  "import-defer": "false",
  decorators: "false",
  "legacy-regexp": "false",
  "canonical-tz": "false",
  "explicit-resource-management": "typeof DisposableStack === 'function' && typeof AsyncDisposableStack === 'function'",
  "iterator-helpers": "typeof Iterator.prototype.map === 'function'",
  "iterator-sequencing": "typeof Iterator.concat === 'function'",
  "joint-iteration": "typeof Iterator.zip === 'function'",
  "Iterator.prototype.join": "typeof Iterator.prototype.join === 'function'",
  "iterator-includes": "typeof Iterator.prototype.includes === 'function'",
  "iterator-chunking": "typeof Iterator.prototype.chunks === 'function'",
  "Array.fromAsync": "typeof Array.fromAsync === 'function'",
  "promise-with-resolvers": "typeof Promise.withResolvers === 'function'",
  "promise-try": "typeof Promise.try === 'function'",
  "await-dictionary": "typeof Promise.allKeyed === 'function'",
  "set-methods": "typeof Set.prototype.union === 'function'",
  Float16Array: "typeof Float16Array === 'function'",
  "regexp-modifiers": "new RegExp('(?i:a)')",
  "regexp-duplicate-named-groups": "new RegExp('(?<a>x)|(?<a>y)')",
  "regexp-v-flag": "new RegExp('a', 'v')",
  "RegExp.escape": "typeof RegExp.escape === 'function'",
  "json-parse-with-source": "typeof JSON.rawJSON === 'function'",
  "uint8array-base64": "typeof Uint8Array.fromBase64 === 'function'",
  "Error.isError": "typeof Error.isError === 'function'",
  "error-stack-accessor": "Object.getOwnPropertyDescriptor(Error.prototype, 'stack')",
  "Math.sumPrecise": "typeof Math.sumPrecise === 'function'",
  upsert: "typeof Map.prototype.getOrInsert === 'function'",
  "immutable-arraybuffer": "typeof ArrayBuffer.prototype.transferToImmutable === 'function'",
  "arraybuffer-transfer": "typeof ArrayBuffer.prototype.transfer === 'function'",
  "resizable-arraybuffer": "typeof ArrayBuffer.prototype.resize === 'function'",
  "array-grouping": "typeof Object.groupBy === 'function'",
};
