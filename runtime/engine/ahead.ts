/** Threads that an engine is going to need, started before anything else is known or loaded. */
import { startEngineThreadAhead } from "../sandbox/thread-kind.js";
import { startTaskThreadAhead } from "../tasks/thread-kind.js";

/** For a process that is about to open an engine with its usual limits, and ends if it does not. */
export function startThreadsAhead(): void {
  startEngineThreadAhead();
  startTaskThreadAhead();
}
