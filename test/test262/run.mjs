#!/usr/bin/env node
/**
 * Runs ECMAScript's conformance tests (test262) against the compiler and the guest runtime.
 *
 *   node test/test262/run.mjs --tests DIR [--mode A|B] [--derived] [--list FILE] [--filter REGEX] [--sample N] [--procs 2] [--timeout MS]
 *
 * DIR is a checkout of test262 or a git directory of it, which is unpacked once per commit. Mode A runs jobs straight
 * through, mode B restores the state in a fresh realm after each. --derived makes tests that suspend before each operand
 * out of those about the whole language (derive.ts); of these, one that Node.js fails as well is skipped. --list names
 * the tests to be taken, a path a line. Exits with 1 if a test fails that known.txt does not
 * list, with 2 for wrong usage. A test that does not apply is skipped with its reason, and counted.
 */
import { execFileSync, fork } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createContext, runInContext } from "node:vm";

const BUILT_INS = /^(Array\/fromAsync|Async.*|DisposableStack|Generator.*|.*Iterator.*|Promise|SuppressedError)(\/|$)/;
const LANGUAGE = /^(expressions|statements|arguments-object|computed-property-names|destructuring|rest-parameters)\//;
const WHOLE_LANGUAGE =
  /^(language\/(expressions|statements|arguments-object|block-scope|computed-property-names|destructuring|function-code|identifier-resolution|literals|reserved-words|rest-parameters|statementList|types)|staging\/sm\/(class|destructuring|expressions|fields|lexical-environment|PrivateName|statements))\//;
const FOLDERS = ["test/language", "test/built-ins", "test/staging"];
const COROUTINE = /\basync\b|\bawait\b|\bfunction\s*\*|\byield\b|\*\s*\[?[\w#"']|\busing\b|\bclass\b|\bfor\b/;
const HARNESS = ["assert.js", "sta.js"];

/** The list, number or text of a key in the head comment of a test. */
function head(source) {
  const text = /\/\*---([\s\S]*?)---\*\//.exec(source)?.[1] ?? "";
  const list = (key) => {
    const inline = new RegExp(`^${key}:\\s*\\[([^\\]]*)\\]`, "m").exec(text)?.[1].split(",");
    const lines = new RegExp(`^${key}:\\s*\\n((?:\\s+- .*\\n?)+)`, "m").exec(text)?.[1].split("\n");
    return (inline ?? lines ?? []).map((item) => item.replace(/^\s*- /, "").trim()).filter(Boolean);
  };
  const negative = /^negative:\s*\n((?:\s+\w+:.*\n?)+)/m.exec(text)?.[1];
  const field = (name) => new RegExp(`${name}:\\s*(\\w+)`).exec(negative ?? "")?.[1];
  return {
    flags: list("flags"),
    includes: list("includes"),
    features: list("features"),
    negative: negative && { phase: field("phase"), type: field("type") },
  };
}

/** Why a test does not apply, whatever the engine has; undefined if it does. */
function inapplicable({ flags, features, negative }, source) {
  if (negative && negative.phase !== "runtime") return "early error: the parser's";
  if (flags.includes("raw") || flags.includes("noStrict")) return "sloppy mode";
  if (/\$262\.(agent|createRealm|gc|evalScript|IsHTMLDDA)/.test(source)) return "another realm or agent";
  if (features.some((name) => /^(Temporal|Intl|decorators|IsHTMLDDA|cross-realm|ShadowRealm|tail-call)/.test(name)))
    return "a feature outside of the language here";
  if (
    features.some((name) => name === "dynamic-import" || name === "import.meta") ||
    /^\s*(import|export)\b.*\bfrom\b/m.test(source)
  )
    return "imports";
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
  if (/\beval\b|\bwith\s*\(|(^|[^\w.])(\w*Function)\s*\(|\.constructor\s*\(\s*["'`]/m.test(code))
    return "code from text";
  return undefined;
}

function underivable({ flags, negative }) {
  return negative || flags.includes("module") ? "no body of an async function" : undefined;
}

function unchanged(path, source) {
  if (!path.startsWith("test/language") || COROUTINE.test(source)) return undefined;
  return "nothing that the compiler changes";
}

/** The folder with `harness` and `test`. */
function unpacked(source) {
  if (existsSync(join(source, "harness"))) return source;
  const git = (...args) => execFileSync("git", ["-C", source, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  const target = join(tmpdir(), `eventual-test262-all-${git("rev-parse", "HEAD").trim()}`);
  if (existsSync(target)) return target;
  const fresh = mkdtempSync(`${target}-`);
  git("archive", "-o", join(fresh, "all.tar"), "HEAD", "harness", ...FOLDERS);
  execFileSync("tar", ["-xf", join(fresh, "all.tar"), "-C", fresh]);
  rmSync(join(fresh, "all.tar"));
  renameSync(fresh, target);
  return target;
}

function* filesBelow(root, folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else if (path.endsWith(".js") && !path.includes("_FIXTURE")) yield path;
  }
}

function inScope(path, { derived, list }) {
  if (list !== undefined) return list.has(path);
  const [, area, ...rest] = path.split("/");
  if (derived) return WHOLE_LANGUAGE.test([area, ...rest].join("/"));
  if (area === "staging") return false;
  return (area === "built-ins" ? BUILT_INS : LANGUAGE).test(rest.join("/"));
}

/** What is wrong with the outcome of a test; undefined if nothing. */
function fault({ flags, negative }, { error, prints }) {
  if (negative) return error?.name === negative.type ? undefined : `expected ${negative.type}, got ${error?.name}`;
  if (error) return `${error.phase}: ${error.name}: ${error.message}`;
  if (!flags.includes("async")) return undefined;
  const failure = prints.find((line) => line.startsWith("Test262:AsyncTestFailure"));
  return failure ?? (prints.includes("Test262:AsyncTestComplete") ? undefined : "the test never ended");
}

async function work(root, mode, derived) {
  const { default: create } = await import("./adapter.mjs");
  const { derive } = await import("../../dist/test/test262/derive.js");
  const host = await create({ mode });
  const part = (name) => ({ name, source: readFileSync(join(root, "harness", name), "utf8") });
  process.on("message", async (path) => {
    let source = readFileSync(join(root, path), "utf8");
    let meta = head(source);
    const lacking = meta.features.find((name) => host.features[name] === false);
    if (lacking !== undefined) {
      process.send({ path, skip: `the engine lacks ${lacking}` });
      return;
    }
    if (derived) {
      try {
        source = derive(source, meta.flags.includes("async"));
      } catch {
        process.send({ path, skip: "no body of an async function" });
        return;
      }
      meta = { ...meta, flags: [...meta.flags, "async"] };
    }
    const names = [...HARNESS, ...(meta.flags.includes("async") ? ["doneprintHandle.js"] : []), ...meta.includes];
    const module = meta.flags.includes("module");
    const test = { rel: path, source, harness: names.map(part), module, strict: true };
    const wrong = fault(meta, await host.run(test));
    const everywhere = derived && wrong !== undefined && fault(meta, await runNatively(test)) !== undefined;
    process.send(
      everywhere ? { path, skip: "derived, it says something else: Node.js fails too" } : { path, fault: wrong },
    );
  });
  process.send({ ready: true });
}

/** Runs a test on this Node.js, in a context of its own. */
async function runNatively({ source, harness }) {
  const prints = [];
  const context = createContext({ print: (text) => prints.push(String(text)), setTimeout });
  try {
    for (const part of harness) runInContext(part.source, context);
    runInContext(`"use strict";\n${source}`, context);
  } catch (error) {
    return { prints, error: { name: error?.name, message: error?.message, phase: "runtime" } };
  }
  // All jobs of a test that does no input or output run before the next turn of the event loop.
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  return { prints };
}

/** One process after the other, each given tests until one of them hangs or kills it. Resolves when none is left. */
function drive(queue, options, record) {
  return new Promise((resolve, reject) => {
    const start = () => {
      const child = fork(fileURLToPath(import.meta.url), options.args);
      let path;
      let timer;
      const next = () => {
        path = queue.pop();
        if (path === undefined) return child.disconnect();
        child.send(path);
        timer = setTimeout(() => child.kill("SIGKILL"), options.timeout);
      };
      child.on("message", (message) => {
        clearTimeout(timer);
        if (message.path !== undefined) record(message);
        next();
      });
      child.on("exit", (code, signal) => {
        clearTimeout(timer);
        if (path === undefined) return code === 0 ? resolve() : reject(new Error("a worker did not start"));
        record({ path, fault: signal === "SIGKILL" ? "no end in time" : `the process ended with ${code ?? signal}` });
        start();
      });
    };
    start();
  });
}

/** Paths of the tests that are known to fail in this kind of run: a line without kinds is meant for all. */
function knownFailures(kind) {
  const file = fileURLToPath(new URL("known.txt", import.meta.url));
  const lines = readFileSync(file, "utf8").split("\n");
  const entries = lines.filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t"));
  return new Set(entries.filter(([, , kinds]) => kinds?.split(",").includes(kind) ?? true).map(([path]) => path));
}

function report(results, skipped, kind) {
  const known = knownFailures(kind);
  const areas = new Map();
  const count = (path, what) => {
    const area = path.split("/").slice(1, -1).slice(0, 3).join("/");
    areas.set(area, areas.get(area) ?? { pass: 0, fail: 0, skip: 0 });
    areas.get(area)[what]++;
  };
  const total = { pass: 0, fail: 0, skip: 0 };
  for (const [path] of skipped) count(path, "skip");
  for (const { path, fault: wrong } of results) count(path, wrong === undefined ? "pass" : "fail");
  console.log("  pass   fail   skip");
  for (const [area, counts] of [...areas].sort()) {
    for (const what of Object.keys(total)) total[what] += counts[what];
    console.log(`${[counts.pass, counts.fail, counts.skip].map((n) => String(n).padStart(6)).join(" ")}  ${area}`);
  }
  const reasons = new Map();
  for (const [, reason] of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  for (const [reason, times] of [...reasons].sort((a, b) => b[1] - a[1])) console.log(`skipped ${times}: ${reason}`);
  const failures = results.filter((result) => result.fault !== undefined);
  const unexpected = failures.filter(({ path }) => !known.has(path));
  for (const { path, fault: wrong } of unexpected) console.log(`FAIL ${path}\n     ${wrong.split("\n", 1)[0]}`);
  for (const { path, fault: wrong } of results)
    if (wrong === undefined && known.has(path)) console.log(`passes now, take it off known.txt: ${path}`);
  const share = ((100 * total.pass) / Math.max(1, total.pass + total.fail)).toFixed(2);
  console.log(
    `${share} % passed: ${total.pass} passed, ${total.fail} failed (${unexpected.length} unexpected), ${total.skip} skipped`,
  );
  return unexpected.length === 0 ? 0 : 1;
}

async function main() {
  const text = (fallback) => ({ type: "string", default: fallback });
  const { values } = parseArgs({
    options: {
      tests: text(process.env.TEST262 ?? ""),
      mode: text("A"),
      filter: text(""),
      sample: text("1"),
      procs: text("2"),
      timeout: text("15000"),
      list: text(""),
      derived: { type: "boolean", default: false },
      worker: { type: "boolean", default: false },
    },
  });
  if (values.tests === "" || !existsSync(values.tests) || !/^[AB]$/.test(values.mode)) {
    console.error(
      "usage: run.mjs --tests DIR [--mode A|B] [--derived] [--list FILE] [--filter REGEX] [--sample N] [--procs N] [--timeout MS]",
    );
    process.exit(2);
  }
  if (values.worker) return work(values.tests, values.mode, values.derived);
  const root = unpacked(values.tests);
  const filter = new RegExp(values.filter);
  const list = values.list === "" ? undefined : new Set(readFileSync(values.list, "utf8").split("\n").filter(Boolean));
  const { derived } = values;
  const all = FOLDERS.flatMap((folder) => [...filesBelow(root, folder)]);
  const chosen = all.filter((path) => inScope(path, { derived, list }) && filter.test(path));
  const queue = [];
  const skipped = [];
  chosen.forEach((path, index) => {
    if (index % Number(values.sample) !== 0) return;
    const source = readFileSync(join(root, path), "utf8");
    const meta = head(source);
    const reason = inapplicable(meta, source) ?? (derived ? underivable(meta) : unchanged(path, source));
    if (reason === undefined) queue.push(path);
    else skipped.push([path, reason]);
  });
  const results = [];
  const record = (result) => (result.skip ? skipped.push([result.path, result.skip]) : results.push(result));
  const options = {
    args: ["--worker", "--tests", root, "--mode", values.mode, ...(derived ? ["--derived"] : [])],
    timeout: Number(values.timeout),
  };
  await Promise.all(Array.from({ length: Number(values.procs) }, () => drive(queue, options, record)));
  process.exitCode = report(results, skipped, `${derived ? "derived-" : ""}${values.mode}`);
}

await main();
