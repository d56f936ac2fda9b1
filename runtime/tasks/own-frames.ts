/**
 * Stacks of tasks for their authors: without the frames of this runtime and of Node's event loop, which call the handler
 * and say nothing about it. Works on encoded errors, as runtime/sandbox/stack.ts does for the guest's.
 */
const HERE = "tasks/own-frames.js";
const NODE = String.raw`node:(?:async_hooks|internal\/(?:event_target|process\/task_queues|per_context|timers))`;

/** The folder of the runtime's modules; in an executable the script that holds them all. */
function ownPlace(): string | undefined {
  const [, first = ""] = (new Error().stack ?? "").split("\n");
  const place = /(?:\(| )((?:file:|\[|\/)[^()]*?):\d+:\d+\)?$/.exec(first)?.[1];
  return place?.endsWith(HERE) ? place.slice(0, -HERE.length) : place;
}

const own = ownPlace()?.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const places = own === undefined ? NODE : `${own}|${NODE}`;
const LINE = new RegExp(String.raw`\\n {4}at (?:[^\n\\"]*[( ])?(?:${places})[^\n\\"]*(?=\\n|")`, "g");

/** `error`, encoded, without those frames. */
export function withoutOwnFrames(error: string): string {
  return error.replace(LINE, "");
}
