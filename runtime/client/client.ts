/**
 * What a person or program outside can do with an engine, wherever that engine is: in this process, in another one
 * behind its local socket or its HTTP API, or not running at all (then on the database file).
 *
 * L1  What changes something is acknowledged only when it is durable.
 * L2  A refusal is the same Fault (code, message, remedy) through every implementation.
 */
import type { OperationName, ReplyOf, RequestOf } from "./operations.js";

/** One method for each entry of `OPERATIONS`. */
export type Calls = { readonly [Name in OperationName]: (request: RequestOf<Name>) => Promise<ReplyOf<Name>> };

export interface Client extends Calls {
  /** Lets go of the connection or file. An engine in process is closed with it. */
  close(): Promise<void>;
}
