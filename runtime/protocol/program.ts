/**
 * The compiled artifact (`*.evp`): one JSON document, identified by the SHA-256 of its content.
 * Written by `compiler/program`, read by `runtime/engine`.
 */
import * as z from "zod";

/** Version of artifact layout + helpers + checkpoint. A runtime runs exactly the programs of its own number. */
export const RUNTIME_ABI = 4;

const position = z.object({ line: z.number().int(), column: z.number().int() });

/** A place where a continuation can rest. `pc` finds it in this program, `id` in other versions of the program too. */
const resumePoint = z.object({
  pc: z.number().int(),
  /** Unique in its function: kind, hash of the operand, regions, number among equals; or `at:` and the author's name. */
  id: z.string(),
  position,
  /** Names of the live slots, in frame order; temporaries are `$t0`, `$t1` … */
  slots: z.array(z.string()),
  /** Ids of the live slots: the name, and `~2` and so on for further variables of that name in the function. */
  locals: z.array(z.string()).default([]),
  /** The `try` blocks and loops around it, outermost first: `try/for-of`. */
  region: z.string().default(""),
  /** Hash of the statement around it: while it is equal, temporaries mean the same. */
  statement: z.string().default(""),
});

const functionEntry = z.object({
  id: z.string(),
  name: z.string(),
  position,
  /** Hash of its own code without comments, places and types, and without the functions inside it. */
  hash: z.string().default(""),
  params: z.array(z.string()),
  /** Names of the captured values, in order; `$e…` are environment records. */
  captures: z.array(z.string()),
  /** Only of functions that can suspend. */
  points: z.array(resumePoint),
});

const classEntry = z.object({
  id: z.string(),
  name: z.string(),
  hash: z.string(),
  /** Names of its public fields, in order. */
  fields: z.array(z.string()),
  privateNames: z.array(z.string()),
  computedKeys: z.number().int(),
  /** It extends another class. */
  derived: z.boolean(),
});

const moduleEntry = z.object({
  /** Path relative to the project's root, with forward slashes. */
  id: z.string(),
  functions: z.array(functionEntry),
  classes: z.array(classEntry).default([]),
  /** The fields of the environment records that `captures` and `slots` name. */
  environments: z.array(z.object({ id: z.string(), fields: z.array(z.string()) })).default([]),
});

export const manifestSchema = z.object({
  abi: z.number().int(),
  compiler: z.string(),
  entry: z.string(),
  workflows: z.array(z.object({ name: z.string(), module: z.string(), position })),
  tasks: z.array(z.object({ name: z.string(), module: z.string(), position })),
  signals: z.array(z.object({ name: z.string(), module: z.string(), position })),
  queries: z.array(z.object({ name: z.string(), module: z.string(), position })).default([]),
  events: z.array(z.object({ name: z.string(), module: z.string(), position })).default([]),
  subscriptions: z.array(z.object({ name: z.string(), module: z.string(), position })).default([]),
  schedules: z.array(z.object({ name: z.string(), module: z.string(), position })).default([]),
  modules: z.array(moduleEntry),
});

export const programSchema = z.object({
  format: z.literal("eventual-program"),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  manifest: manifestSchema,
  /** A script: an expression that evaluates to a `ProgramFactory`. */
  guest: z.object({ code: z.string(), map: z.string() }),
  /** An ES module for Node, evaluated in every task worker. Imports only node built-ins and declared externals. */
  host: z.object({ code: z.string(), map: z.string() }),
  externals: z.array(z.string()),
});

export type Position = z.infer<typeof position>;
export type ResumePoint = z.infer<typeof resumePoint>;
export type FunctionEntry = z.infer<typeof functionEntry>;
export type ClassEntry = z.infer<typeof classEntry>;
export type ModuleEntry = z.infer<typeof moduleEntry>;
export type Manifest = z.infer<typeof manifestSchema>;
export type Program = z.infer<typeof programSchema>;
