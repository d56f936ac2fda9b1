import { join } from "node:path";
import type { Status } from "#runtime/protocol/execution.js";
import { ROOT } from "../support/root.js";

/** Something that reaches an execution from outside, at `at` ms after the start. Those of one moment are one batch. */
export type Step = {
  readonly at: number /** Id of the execution; default: the program's. */;
  readonly to?: string;
} /** One with an id arrives once, however often it is sent. */ & (
  | { readonly signal: string; readonly payload?: unknown; readonly id?: string }
  /** Completes the latest attempt of a task whose input is `of`, by its token. */
  | {
      readonly complete: string;
      readonly of?: unknown;
      readonly result?: unknown;
      readonly error?: Error;
      /** Code of the refusal that it must get. */
      readonly refused?: string;
    }
  | {
      readonly heartbeat: string;
      readonly of?: unknown;
      readonly details?: unknown;
      /** It must be told that nobody waits for the attempt. */
      readonly cancelled?: true;
    }
  | { readonly control: "cancel" | "terminate" | "suspend" | "resume"; readonly reason?: string }
  /** What is asked, and what is answered (for an error: its name and message). */
  | { readonly request: string; readonly payload?: unknown; readonly answer: unknown }
  | { readonly query: string; readonly input?: unknown; readonly answer: unknown }
  | { readonly start: string; readonly name: string; readonly input?: unknown }
);

export interface Case {
  readonly name: string;
  /** Path of the program below `test`. Default: `conformance/programs/<name>.ts`. */
  readonly program?: string;
  /** Default: `main`. */
  readonly workflow?: string;
  readonly input?: unknown;
  /** In order of time. */
  readonly steps?: readonly Step[];
  /** Time to let pass after the program has ended, ms: for what goes on without it. */
  readonly afterwards?: number;
  readonly status?: Status;
  /** What it returns. Without it, that stands only in its golden file. */
  readonly result?: unknown;
  /** Name and message of what it throws. */
  readonly error?: string;
  /** How other executions have ended, by id. */
  readonly others?: Readonly<Record<string, Status>>;
  /**
   * What depends on the order in which tasks that run side by side end: nothing (default), the timeline, or also the
   * result.
   */
  readonly dependsOnOrder?: "timeline" | "result";
  /** A policy makes further attempts: a crash may take one of them, so that times differ. */
  readonly attempts?: "by policy";
  /** A death has a subscription's handler run, or a question asked, again; what comes of that happens again. */
  readonly repeats?: "deliveries";
  /** Its result has times or chance in it, which are others when a command is given again that had started nothing yet. */
  readonly tellsTime?: true;
  /** Tasks with onCrash "fail": never started more often than in the straight run. */
  readonly atMostOnce?: readonly string[];
  /** So many steps that only some of them are killed at. */
  readonly kills?: "some";
  /** Tasks hold others up, or end only when their signals abort: their outcomes cannot be gathered. */
  readonly ownPace?: true;
}

export const TESTS = join(ROOT, "test");

/** The file of its program. */
export function entryOf({ name, program = `conformance/programs/${name}.ts` }: Case): string {
  return join(TESTS, program);
}

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
