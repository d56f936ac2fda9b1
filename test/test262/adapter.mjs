/**
 * A test262 host: each test is compiled by this project's compiler (harness and test as one program) and run in a fresh
 * QuickJS realm with the guest runtime. Mode A runs the jobs to the end. Mode B writes the whole state after every
 * `every`-th job, drops the realm, and goes on in a fresh one that has nothing but the program and that text.
 *
 *   A1  A fresh realm is the engine's memory, byte for byte, as it was when the guest runtime had been evaluated; in mode
 *       B, from the second restore on, as it was when the program had been evaluated in such a realm. No test sees what
 *       another, or its own life before, has left: the text alone is carried over.
 *
 *   create({ mode: "A" | "B", every?: number }) → { features, run(test), close() }
 *   test = { rel, source, harness: [{ name, source }], strict, module }
 *   run(test) → { prints, error?: { name, message, phase } }
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC } from "quickjs-emscripten";
import { compileScripts } from "../../dist/test/test262/compile.js";

const MAX_JOBS = 50_000;
const STACK_BYTES = 256 * 1024;
const PAGE_BYTES = 65_536;
const MEMORY_BYTES_MIN = 256 * PAGE_BYTES;
const MEMORY_BYTES_MAX = 16_384 * PAGE_BYTES;
/** An engine whose memory has grown above this is replaced: copying it costs more. */
const MEMORY_BYTES_KEPT = 4 * MEMORY_BYTES_MIN;

export default async function create({ mode = "A", every = 1 } = {}) {
  const guest = await bundleGuest();
  let engine = await Engine.start(guest);
  const features = probe(engine.fresh([]));
  return {
    features,
    async run(test) {
      let program;
      try {
        program = compileScripts(test);
      } catch (error) {
        return { prints: [], error: { name: error.name, message: error.message, phase: "compile" } };
      }
      try {
        return mode === "B" ? runRestoring(engine, program, every) : runStraight(engine, program);
      } finally {
        if (engine.isWorn) engine = await Engine.start(guest);
      }
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

/** QuickJS with the guest runtime, and its memory as that left it. */
class Engine {
  #memory;
  #context;
  #entry;
  #image;
  #broken = false;
  #print = () => {};

  static async start(guest) {
    const engine = new Engine();
    const pages = { initial: MEMORY_BYTES_MIN / PAGE_BYTES, maximum: MEMORY_BYTES_MAX / PAGE_BYTES };
    engine.#memory = new WebAssembly.Memory(pages);
    const variant = newVariant(RELEASE_SYNC, { wasmMemory: engine.#memory });
    const context = (await newQuickJSWASMModuleFromVariant(variant)).newContext();
    context.runtime.setMaxStackSize(STACK_BYTES);
    // The library keeps handles of these once it has made them: they have to be part of the image.
    void [context.undefined, context.null, context.true, context.false, context.global];
    const print = context.newFunction("print", (text) => {
      engine.#print(text === undefined ? "undefined" : context.getString(text));
    });
    context.defineProp(context.global, "print", { value: print, configurable: true, enumerable: false });
    const evaluate = (code, file) => context.unwrapResult(context.evalCode(code, file, { type: "global" }));
    evaluate(REALM_CODE, "realm.js");
    evaluate(guest, "guest.js");
    engine.#context = context;
    engine.#entry = evaluate(
      "(() => { const entry = $conformance; delete globalThis.$conformance; delete globalThis.$eventual; return entry; })()",
      "realm.js",
    );
    engine.#image = engine.image();
    return engine;
  }

  /** True if the next test needs another engine. */
  get isWorn() {
    return this.#broken || this.#memory.buffer.byteLength > MEMORY_BYTES_KEPT;
  }

  /** The memory as it is, without the zeros at its end. */
  image() {
    const words = new BigUint64Array(this.#memory.buffer);
    let end = words.length;
    while (end > 0 && words[end - 1] === 0n) end--;
    return new Uint8Array(this.#memory.buffer).slice(0, end * words.BYTES_PER_ELEMENT);
  }

  /** The realm of an image; earlier realms are no more. Without `prints` it prints nothing until `prints` is set. */
  fresh(prints, image = this.#image) {
    const bytes = new Uint8Array(this.#memory.buffer);
    bytes.set(image);
    bytes.fill(0, image.length);
    const realm = new Realm(this.#context, this.#entry, prints);
    this.#print = (text) => realm.prints?.push(text);
    return realm;
  }

  /** Called when something went wrong that may be the engine's own end. */
  distrust() {
    this.#broken = true;
  }
}

/** The life of one realm. Handles of it are not to be used once there is another. */
class Realm {
  constructor(context, entry, prints) {
    this.context = context;
    this.entry = entry;
    this.prints = prints;
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
function outcome(engine, prints, work) {
  try {
    const error = work();
    return error === undefined ? { prints } : { prints, error };
  } catch (error) {
    engine.distrust();
    return { prints, error: failure(error, "runtime") };
  }
}

function thrown(json) {
  return json === "" ? undefined : { ...JSON.parse(json), phase: "runtime" };
}

function runStraight(engine, program) {
  const prints = [];
  const realm = engine.fresh(prints);
  return outcome(engine, prints, () => {
    const error = thrown(realm.start(program));
    for (let i = 0; error === undefined && i < MAX_JOBS && realm.call("hasJobs"); i++) {
      const fault = thrown(realm.call("runJob"));
      if (fault !== undefined) return fault;
    }
    return error;
  });
}

function runRestoring(engine, program, every) {
  const prints = [];
  return outcome(engine, prints, () => {
    let realm = engine.fresh(prints);
    let evaluated;
    const error = thrown(realm.start(program));
    if (error !== undefined || !realm.call("hasJobs")) return error;
    realm.call("capture");
    for (let i = 1; i < MAX_JOBS && realm.call("hasJobs"); i++) {
      const fault = thrown(realm.call("runJob"));
      if (fault !== undefined) return fault;
      if (i % every !== 0) continue;
      const text = realm.call("write");
      if (text.startsWith("!")) return { name: "Unserializable", message: text.slice(1), phase: "runtime" };
      realm = engine.fresh(undefined, evaluated);
      if (evaluated === undefined) {
        const again = thrown(realm.start(program));
        if (again !== undefined) return { ...again, message: `when evaluated again: ${again.message}` };
        realm.call("capture");
        evaluated = engine.image();
      }
      const handle = realm.context.newString(text);
      realm.call("read", handle);
      handle.dispose();
      realm.prints = prints;
    }
    return undefined;
  });
}

/** What the realm has of the features that engines may lack. */
function probe(realm) {
  const has = (expression) => {
    const handle = realm.evaluate(
      `(() => { try { return Boolean(${expression}); } catch { return false; } })()`,
      "probe.js",
    );
    const value = realm.context.dump(handle);
    handle.dispose();
    return value;
  };
  return Object.fromEntries(Object.entries(FEATURES).map(([name, expression]) => [name, has(expression)]));
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
