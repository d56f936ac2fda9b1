/** What a commit has decided goes out into the world, once it is durable (invariant E1). */
import type { Actor } from "./actor.js";
import type { Draft } from "./draft.js";
import type { Parts } from "./parts.js";

/** `wake` is told of each execution whose inbox got an entry. */
export function letOut({ actor, effects }: Draft, parts: Parts, wake: (actor: Actor) => void): void {
  const { timers, feed, directory } = parts;
  const { removedTimers, removedTasks, addedTimers, addedTasks, signalled, started } = effects;
  const { key } = actor;
  if (removedTimers !== undefined) for (const seq of removedTimers) timers.removed(key, seq);
  if (actor.row?.status === "IN_PROGRESS") {
    for (const timer of addedTimers ?? []) if (removedTimers?.has(timer.seq) !== true) timers.added(timer);
    // A timer that has fired and was cancelled before its event was consumed.
    if (removedTimers !== undefined) {
      actor.discard(({ origin }) => origin.kind === "timer" && removedTimers.has(origin.seq));
    }
  }
  if (removedTasks !== undefined) {
    // A task that has settled and was cancelled before its event was consumed.
    actor.discard(({ origin }) => origin.kind === "task" && removedTasks.has(origin.seq));
    for (const seq of removedTasks) feed.removed(key, seq);
  }
  for (const { origin } of effects.consumed) {
    if (origin.kind === "client") origin.waiter.resolve();
    else if (origin.kind === "task") origin.recorded?.resolve();
  }
  for (const target of signalled ?? []) {
    const status = target.row?.status;
    if (status !== "IN_PROGRESS" && !(status === "SUSPENDED" && effects.forced?.has(target) === true)) continue;
    target.inboxStale = true;
    wake(target);
  }
  if (effects.delivers === true) parts.deliveries.look();
  for (const begun of started?.values() ?? []) directory.letGo(begun);
  if (addedTasks !== undefined) {
    feed.add(removedTasks === undefined ? addedTasks : addedTasks.filter(({ seq }) => !removedTasks.has(seq)));
  }
}
