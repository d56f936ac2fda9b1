/**
 * The compiled artifact (`*.evp`): one JSON document, identified by the SHA-256 of its content.
 * Written by `compiler/program`, read by `runtime/engine`.
 */
import { z } from "zod";

/** Version of artifact layout + helpers + checkpoint. A runtime runs exactly the programs of its own number. */
export const RUNTIME_ABI = 1;

const position = z.object({ line: z.number().int(), column: z.number().int() });

/** A place where a continuation can rest. `id` counts the awaits of its function: unique there, in order of placement. */
const resumePoint = z.object({
  pc: z.number().int(),
  id: z.string(),
  position,
  /** Names of the live slots, in frame order; temporaries are `$t0`, `$t1` … */
  slots: z.array(z.string()),
});

const functionEntry = z.object({
  id: z.string(),
  name: z.string(),
  position,
  params: z.array(z.string()),
  /** Names of the captured values, in order; `$e…` are environment records. */
  captures: z.array(z.string()),
  /** Only of functions that can suspend. */
  points: z.array(resumePoint),
});

const moduleEntry = z.object({
  /** Path relative to the project's root, with forward slashes. */
  id: z.string(),
  functions: z.array(functionEntry),
});

export const manifestSchema = z.object({
  abi: z.number().int(),
  compiler: z.string(),
  entry: z.string(),
  workflows: z.array(z.object({ name: z.string(), module: z.string(), position })),
  tasks: z.array(z.object({ name: z.string(), module: z.string(), position })),
  signals: z.array(z.object({ name: z.string(), module: z.string(), position })),
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
export type ModuleEntry = z.infer<typeof moduleEntry>;
export type Manifest = z.infer<typeof manifestSchema>;
export type Program = z.infer<typeof programSchema>;
