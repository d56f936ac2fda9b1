/** Acting upon another execution: cancel, terminate, suspend, resume. */

import type { GPromise } from "../promise.js";
import { command } from "./durable.js";

export type ControlAction = "cancel" | "terminate" | "suspend" | "resume" | "timeOut";

/** Tells the execution; resolves when that is durable, rejects when it is unknown or closed. */
export function controlExecution(execution: string, action: ControlAction, reason: string | undefined): GPromise {
  return command((seq) => ({
    kind: "control",
    seq,
    execution,
    action,
    ...(reason === undefined ? {} : { reason }),
  }));
}
