/**
 * One execution's instance inside the realm. `code`, `modules` and `api` are rebuilt by evaluating the program again;
 * `state` is what a checkpoint holds (besides changes to module state): plain objects, arrays and Maps whose leaves
 * are values of user code, promises, frames and registered closures. Nothing else may be kept between two turns.
 */

import type { Schedule } from "../api/types.js";
import type { OnParentClose } from "../protocol/command.js";
import type { ExecutionContext } from "../protocol/event.js";
import type { RetryPolicy } from "../protocol/task-policy.js";
import type { Encoded, Outcome } from "../protocol/value.js";
import type { Code } from "./registry.js";
import type { Cancellation } from "./scope.js";

/** A signal that nobody has taken yet. An object, because a promise may be fulfilled with it and take it later. */
export interface BufferedSignal {
  readonly payload: Encoded;
  /** Who sent it waits for a reply with this id. */
  readonly request?: string;
}

export interface Instance {
  readonly execution: string;
  /** Codes registered by this instance's modules, by id. */
  readonly code: Map<string, Code>;
  /** In order of evaluation. */
  readonly modules: ModuleRecord[];
  readonly workflows: Map<string, WorkflowDefinition>;
  /** Queries that the program's modules define. */
  readonly queries: Map<string, unknown>;
  /** Strings objects of tagged templates, by site. */
  readonly templates: Map<string, readonly string[]>;
  /** What the modules see as `globalThis`, once one of them has asked (globals/own.ts). */
  global?: object;
  state: ExecutionState;
}

export interface WorkflowDefinition {
  readonly handler: unknown;
  readonly timeout: Schedule | undefined;
  readonly retry: RetryPolicy | undefined;
}

/** One attempt of a workflow to come to an end. */
export interface AttemptState {
  /** From 1. */
  readonly number: number;
  readonly input: Encoded;
  /** Key of the last operation before it. */
  readonly after: number;
  /** What the attempt before failed with. */
  readonly lastError?: Encoded;
  /** Children under names of their own that earlier attempts started and that nobody waits for now, by operation. */
  readonly orphans: Map<number, Orphan>;
  /** It has failed: nothing of it runs any more. `due`: the next one is to begin. */
  failed?: { readonly error: Encoded; due: boolean };
}

/** A child that goes on although the attempt that started it has failed. */
export interface Orphan {
  readonly execution: string;
  readonly input: Encoded;
  readonly onClose: OnParentClose;
  /** Once it has ended. */
  outcome?: Outcome;
}

export interface ModuleRecord {
  readonly id: string;
  readonly bindings: Record<string, unknown>;
  readonly variables: Record<string, readonly [() => unknown, (value: unknown) => void]>;
}

/** The root of a checkpoint. */
export interface ExecutionState {
  context: (ExecutionContext & { readonly workflow: string }) | undefined;
  /** Logical time of the current activation, ms. */
  now: number;
  /** State of the random generator: four 32-bit integers. */
  random: number[];
  /** Key of the last durable operation (numbers.ts). */
  seq: number;
  /** Durable operations that wait for their event: key → what to settle (see operations/durable.ts). */
  operations: Map<number, unknown>;
  conditions: unknown[];
  signals: {
    /** Per signal name: promises of expectSignal, oldest first. */
    readonly waiting: Map<string, unknown[]>;
    readonly handlers: Map<string, unknown[]>;
    /** Oldest first. */
    readonly buffered: Map<string, Set<BufferedSignal>>;
  };
  /** Timers of setTimeout and setInterval, by id; absent as long as there was none. */
  callbacks?: Map<number, unknown>;
  /** Promises rejected in this turn while they had no handler; empty between turns. */
  unhandled: unknown[];
  /** The promise of the workflow function. */
  main: unknown;
  /** Set once a child has been started. */
  children?: true;
  /** Set once the execution is cancelled. */
  cancellation?: Cancellation;
  /** Of a workflow that is tried again when it fails (operations/attempts.ts). */
  attempt?: AttemptState;
  /** Requests that a handler is working on: ids. Absent: none. */
  requests?: Set<string>;
  /** The workflow function has returned or thrown: events do nothing any more. */
  closed: boolean;
}
