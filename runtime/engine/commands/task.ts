import type { CommandHandler } from "./handler.js";

export const task: CommandHandler<"task"> = {
  apply({ seq, task, input, onCrash, policy }, { draft, row, incarnation }) {
    // What has to wait its turn, and what may never be started twice, is leased in a commit of its own.
    const isHeld = policy?.concurrency !== undefined || policy?.rateLimit !== undefined;
    const lease = onCrash === "fail" || isHeld ? 0 : incarnation;
    draft.addTask({
      execution: row.key,
      executionId: row.id,
      workflow: row.workflow,
      program: row.program,
      seq,
      task,
      input,
      onCrash,
      attempt: lease === 0 ? 0 : 1,
      lease,
      scheduledTime: draft.now,
      readyAt: 0,
      isWaiting: false,
      ...(policy === undefined ? {} : { policy }),
    });
  },
};

export const cancelTask: CommandHandler<"cancelTask"> = {
  apply({ seq }, { draft }) {
    draft.cancelTask(seq);
  },
};
