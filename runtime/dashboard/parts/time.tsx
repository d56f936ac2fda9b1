/** Moments and stretches of time that stay up to date. */
import { durationText, momentText, relativeText } from "../data/format.js";
import { now } from "../data/now.js";

/** `3 s ago`, with the exact moment at hand. */
export function Moment({ at }: { readonly at: string }) {
  const time = Date.parse(at);
  return (
    <time datetime={at} title={momentText(time)}>
      {relativeText(time, Math.max(now.value, now.value))}
    </time>
  );
}

/** How long it took, or has been taking. */
export function Lasted({ from, to }: { readonly from: string; readonly to: string | undefined }) {
  const end = to === undefined ? Math.max(now.value, Date.parse(from)) : Date.parse(to);
  const ms = end - Date.parse(from);
  // What goes on changes every second: milliseconds would be noise.
  return <span class="number">{durationText(to === undefined ? Math.floor(ms / 1000) * 1000 : ms)}</span>;
}
