/** EV2001: globals of Node and the browser that do not exist in the sandbox. */
import type { NodePath } from "@babel/core";
import { memberName } from "../../split/definitions.js";
import type { Rule } from "../rule.js";
import { eachGlobal } from "./unbound.js";

const IN_TASK = "Use it in a task and return what the workflow needs.";
const AS_INPUT = "Pass the value as the workflow's input, or read it in a task.";
const NO_CLOCK = "Use Date.now(), which gives the workflow's own time, or measure in a task.";
const MODULE_SYNTAX = "Use `import` and `export`.";
const NOT_WEB =
  "Classes of the web platform are not part of workflow code: use plain data and functions here, the class in a task.";
const FIXED_LOCALE = "Format for people in a task, or with a library that brings its own locale data.";

/** What to do instead, by name. */
const REFUSED: Readonly<Record<string, string>> = {
  fetch: "Make the request in a task: task results are recorded, so the workflow sees the same answer after a restart.",
  XMLHttpRequest: IN_TASK,
  WebSocket: IN_TASK,
  EventSource: IN_TASK,
  Request: IN_TASK,
  Response: IN_TASK,
  Headers: IN_TASK,
  FormData: IN_TASK,
  Blob: IN_TASK,
  File: IN_TASK,
  ReadableStream: IN_TASK,
  WritableStream: IN_TASK,
  TransformStream: IN_TASK,
  TransformStreamDefaultController: IN_TASK,
  WritableStreamDefaultController: IN_TASK,
  WritableStreamDefaultWriter: IN_TASK,
  ReadableStreamDefaultReader: IN_TASK,
  ReadableStreamBYOBReader: IN_TASK,
  ReadableStreamBYOBRequest: IN_TASK,
  ReadableByteStreamController: IN_TASK,
  ReadableStreamDefaultController: IN_TASK,
  ByteLengthQueuingStrategy: IN_TASK,
  CountQueuingStrategy: IN_TASK,
  TextEncoderStream: IN_TASK,
  TextDecoderStream: IN_TASK,
  CompressionStream: IN_TASK,
  DecompressionStream: IN_TASK,
  MessageEvent: NOT_WEB,
  Crypto: NOT_WEB,
  CryptoKey: NOT_WEB,
  SubtleCrypto: NOT_WEB,
  process: AS_INPUT,
  Buffer: "Use Uint8Array, or do it in a task.",
  performance: NO_CLOCK,
  PerformanceObserver: NO_CLOCK,
  Performance: NO_CLOCK,
  PerformanceEntry: NO_CLOCK,
  PerformanceMark: NO_CLOCK,
  PerformanceMeasure: NO_CLOCK,
  PerformanceObserverEntryList: NO_CLOCK,
  PerformanceResourceTiming: NO_CLOCK,

  Atomics: "Workflow code runs in one thread: use plain variables.",
  SharedArrayBuffer: "Use ArrayBuffer.",
  WebAssembly: IN_TASK,
  Worker: "Start tasks: they run in parallel.",
  MessageChannel: "Use signals between executions, plain calls inside one.",
  MessagePort: "Use signals between executions, plain calls inside one.",
  BroadcastChannel: "Use signals between executions, plain calls inside one.",
  Intl: FIXED_LOCALE,
  require: MODULE_SYNTAX,
  module: MODULE_SYNTAX,
  exports: MODULE_SYNTAX,
  __dirname: IN_TASK,
  __filename: IN_TASK,
  global: "Use globalThis, or better a module's variable.",
  window: "Use globalThis, or better a module's variable.",
  self: "Use globalThis, or better a module's variable.",
  document: IN_TASK,
  navigator: IN_TASK,
  localStorage: "Keep the value in a variable: variables of a workflow are durable.",
  sessionStorage: "Keep the value in a variable: variables of a workflow are durable.",
  gc: "Leave it out.",
  setImmediate: "Use queueMicrotask(f), or setTimeout(f), which is durable.",
  clearImmediate: "Use clearTimeout, which takes what setTimeout gave.",
};

/** Every global that the rule refuses. */
export const REFUSED_GLOBALS: readonly string[] = Object.keys(REFUSED);

export const refusedGlobals: Rule = {
  code: "EV2001",
  packages: false,
  check(program, report) {
    eachGlobal(program, (path, name) => {
      const member = refusedMember(path, name);
      if (member !== undefined) {
        const remedy = REFUSED_MEMBERS[name]?.[member] ?? IN_TASK;
        report(path.parent, `\`${name}.${member}\` does not exist in workflow code`, remedy);
        return;
      }
      const direct = Object.hasOwn(REFUSED, name) ? name : undefined;
      const refused = direct ?? (name === "globalThis" ? propertyOfGlobal(path) : undefined);
      if (refused === undefined || !Object.hasOwn(REFUSED, refused)) return;
      const node = direct === undefined ? (path.parentPath?.node ?? path.node) : path.node;
      report(node, `\`${refused}\` does not exist in workflow code`, REFUSED[refused] ?? IN_TASK);
    });
  },
};

function propertyOfGlobal(path: NodePath): string | undefined {
  const parent = path.parentPath;
  return parent?.isMemberExpression() && path.key === "object" ? memberName(parent.node) : undefined;
}

/** Properties that exist and always refuse when they are used, by global. */
const REFUSED_MEMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  crypto: { subtle: "Do cryptography in a task." },
};

function refusedMember(path: NodePath, name: string): string | undefined {
  const member = propertyOfGlobal(path);
  const members = Object.hasOwn(REFUSED_MEMBERS, name) ? REFUSED_MEMBERS[name] : undefined;
  return member !== undefined && members !== undefined && Object.hasOwn(members, member) ? member : undefined;
}
