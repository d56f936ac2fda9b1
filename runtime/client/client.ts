/**
 * What a person or program outside can do with an engine, wherever that engine is: in this process, in another one
 * behind its local socket, or not running at all (then on the database file).
 *
 * L1  `start` and `signal` are acknowledged only when they are durable.
 * L2  A refusal is the same Fault (code, message, remedy) through every implementation.
 */
import type { Program } from "../protocol/program.js";
import type { Encoded } from "../protocol/value.js";
import type {
  ExecutionDetails,
  ExecutionList,
  ExecutionQuery,
  ExecutionSummary,
  StartedExecution,
} from "./messages.js";

export interface Client {
  /** Starts an execution; with a name that is taken and the same input, answers the existing one. */
  start(request: ClientStart): Promise<StartedExecution>;
  /** Sends a signal to an execution. Throws Fault EV8xxx for an unknown or closed one. */
  signal(executionId: string, signal: string, payload: Encoded): Promise<void>;
  /** Newest first. */
  list(query: ExecutionQuery): Promise<ExecutionList>;
  show(executionId: string): Promise<ExecutionDetails>;
  /** Resolves when the execution is closed or suspended. */
  result(executionId: string): Promise<ExecutionSummary>;
  /** Lets go of the connection or file. An engine in process is closed with it. */
  close(): Promise<void>;
}

export interface ClientStart {
  readonly workflow: string;
  /** Default: a random one. */
  readonly name?: string;
  readonly input: Encoded;
  /**
   * The program to start on. A running engine knows it by its hash and takes the newest one when it is left out; with
   * no engine running it is needed.
   */
  readonly program?: StartProgram;
}

export interface StartProgram {
  readonly hash: string;
  /** Only needed with no engine running. */
  readonly artifact?: {
    readonly content: Program;
    /** Folder from which its external packages are resolved. */
    readonly resolveFrom: string;
  };
}
