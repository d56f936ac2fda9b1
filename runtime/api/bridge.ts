/**
 * The way from the API on the host to an engine: set in task workers, where handlers may start executions, send signals
 * and complete tasks. Elsewhere there is no engine, and what needs one refuses.
 */
import { Fault } from "../protocol/fault.js";
import type { HostRequest } from "../protocol/host-request.js";
import { decode, type Encoded, encode, type Outcome } from "../protocol/value.js";
import type { ClassTable } from "../protocol/value-classes.js";
import type { TaskContext } from "./types.js";

export interface Bridge {
  /** Never rejects. */
  ask(request: HostRequest): Promise<Outcome>;
  /** The classes of the program whose code is running. */
  classes(): ClassTable;
  /** The context of the task whose handler is running. */
  currentTask(): TaskContext | undefined;
}

let bridge: Bridge | undefined;

/** Connects this process or thread to an engine. */
export function setBridge(given: Bridge | undefined): void {
  bridge = given;
}

/** The context of the running task; undefined where none runs. */
export function runningTask(): TaskContext | undefined {
  return bridge?.currentTask();
}

/** Asks the engine; gives its answer. Throws Fault EV7001 where there is no engine, and the engine's refusals. */
export async function askEngine(what: string, request: HostRequest): Promise<unknown> {
  if (bridge === undefined) {
    throw new Fault("EV7001", `${what} needs an engine, and none is here`, {
      remedy: "Call it in a task's handler or a workflow; from other programs use a client.",
    });
  }
  const outcome = await bridge.ask(request);
  if (outcome.ok) return decode(outcome.value, bridge.classes());
  throw decode(outcome.error, bridge.classes());
}

/** A value on its way to an engine. Throws UnserializableError (EV5010) for what cannot be copied. */
export function encodeForEngine(value: unknown, root: string): Encoded {
  return encode(value, root, bridge?.classes());
}
