import { startAhead, type ThreadKind } from "../platform/threads.js";
import { resolveLimits, type SandboxLimits, threadStackMb } from "./limits.js";

/** An engine thread. */
export function engineThread(limits: SandboxLimits = resolveLimits({})): ThreadKind {
  return {
    part: "sandbox-thread.js",
    file: new URL("./worker.js", import.meta.url),
    name: "eventual-engine",
    stackMb: threadStackMb(limits),
  };
}

/** Starts one with the usual limits, for the sandbox that this process is about to open. */
export function startEngineThreadAhead(): void {
  startAhead(engineThread());
}
