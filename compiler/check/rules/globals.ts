/** EV2001: globals of Node and the browser that do not exist in the sandbox. */
import type { NodePath } from "@babel/core";
import { memberName } from "../../split/definitions.js";
import type { Rule } from "../rule.js";
import { eachGlobal, TIMER_GLOBALS } from "./unbound.js";

const IN_TASK = "Use it in a task and return what the workflow needs.";
const AS_INPUT = "Pass the value as the workflow's input, or read it in a task.";
const NO_CLOCK = "Use Date.now(), which gives the workflow's own time, or measure in a task.";
const MODULE_SYNTAX = "Use `import` and `export`.";
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
  CompressionStream: IN_TASK,
  DecompressionStream: IN_TASK,
  process: AS_INPUT,
  Buffer: "Use Uint8Array, or do it in a task.",
  performance: NO_CLOCK,
  PerformanceObserver: NO_CLOCK,
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
};

export const refusedGlobals: Rule = {
  code: "EV2001",
  packages: false,
  check(program, report) {
    eachGlobal(program, (path, name) => {
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

export const refusedTimers: Rule = {
  code: "EV2003",
  packages: false,
  check(program, report) {
    eachGlobal(program, (path, name) => {
      if (!TIMER_GLOBALS.has(name)) return;
      report(
        path.node,
        `\`${name}\` is not supported yet in workflow code`,
        'Wait with `await duration(1, "minute")`; to do something later without waiting for it, call an async function that begins so.',
      );
    });
  },
};
