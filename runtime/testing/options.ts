/** What a test environment is made from. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Schedule } from "../api/types.js";
import type { PayloadCodec } from "../store/codec.js";
import type { Completions } from "./completions.js";
import type { Crashes } from "./crashes.js";
import { databaseInMemory } from "./faults.js";
import type { Seed } from "./random.js";

export interface TestEnvironmentOptions {
  /** The TypeScript file of the program (a path or file URL), or a program that `eventualc build` made (`*.evp`). */
  readonly entry: string | URL;
  /** When the test begins. Default: 2030-01-01T00:00:00Z. */
  readonly start?: Date;
  /** What chance in the test is derived from. Default: 1. */
  readonly seed?: Seed;
  /**
   * `everywhere`: each execution is written out after every step, thrown away, and read back before the next one, which
   * proves that all of its state can be stored. `replay`: it is rebuilt from its events before every step.
   */
  readonly restore?: "everywhere" | "replay";
  /**
   * The engine is killed at commits, before or after they are written, and opened again on its database: by chance that
   * depends on a seed, at the commits that are named, or at every commit.
   */
  readonly crash?: Crashes;
  /** In which order the outcomes of tasks that run side by side arrive. Default: as their handlers end. */
  readonly completions?: Completions;
  /** What payloads are encoded with in the database: `compression()` and `encryption()` of `eventual/runtime`. */
  readonly codec?: PayloadCodec;
  /** Path of a database file, or `":memory:"`. Default: a temporary file. */
  readonly database?: string;
}

export interface TestStartOptions {
  /** Name of the execution. Default: made up, the same on every run. */
  readonly name?: string;
  /** In place of the time limit of the workflow's definition. */
  readonly timeout?: Schedule;
}

/** Where the database lies, and what removes it. Throws Fault EV8607 where a crash needs a file. */
export async function databaseOf({ database, crash }: TestEnvironmentOptions): Promise<{
  readonly path: string;
  readonly cleanUp: () => Promise<void>;
}> {
  if (database === ":memory:" && crash !== undefined) throw databaseInMemory("`crash`");
  if (database !== undefined) return { path: database, cleanUp: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "eventual-testing-"));
  return {
    path: join(folder, "test.db"),
    cleanUp: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
