import { startAhead, type ThreadKind } from "../platform/threads.js";

/** A thread of the task pool. */
export const TASK_THREAD: ThreadKind = {
  part: "task-thread.js",
  file: new URL("./worker.js", import.meta.url),
  name: "eventual-tasks",
};

/** Starts one, for the pool that this process is about to open. */
export function startTaskThreadAhead(): void {
  startAhead(TASK_THREAD);
}
