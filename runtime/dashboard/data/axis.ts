/**
 * The time axis of a timeline: from times to places between 0 and 1.
 *
 * A1  `even`: equal times are equally wide. `compressed`: the stretches between events are as wide as the logarithm of
 *     their lengths, so that milliseconds of work can be seen beside months of waiting.
 */
import { scaleLinear, scaleUtc } from "d3-scale";
import { clockText, durationText } from "./format.js";

export type AxisMode = "even" | "compressed";

export interface Axis {
  readonly at: (time: number) => number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** Ticks are at least so far from each other and from the end, as parts of the axis's width. */
const TICK_GAP = 0.16;
const LAST_TICK = 0.9;
/** From this share of all time on, one stretch without events makes the even axis useless. */
const LONG_GAP = 0.5;
const EVEN_TICKS = 6;

/** The mode that shows more of what happened at `times`. */
export function betterMode(times: readonly number[]): AxisMode {
  const sorted = distinct(times);
  const [first, last] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  if (sorted.length < 4) return "even";
  const longest = Math.max(...sorted.slice(1).map((time, index) => time - (sorted[index] ?? 0)));
  return longest / (last - first) > LONG_GAP ? "compressed" : "even";
}

/** An axis over `times`, which include its ends. */
export function axisOf(times: readonly number[], mode: AxisMode): Axis {
  const sorted = distinct(times);
  const first = sorted[0] ?? 0;
  const last = Math.max(sorted.at(-1) ?? 0, first + 1);
  return mode === "even" ? even(first, last) : compressed(first, sorted.length < 2 ? [first, last] : sorted);
}

function even(first: number, last: number): Axis {
  // Over the time since the beginning, so that ticks are at whole seconds, minutes, days of it.
  const scale = scaleUtc()
    .domain([0, last - first])
    .range([0, 1])
    .clamp(true);
  const places = scale.ticks(EVEN_TICKS).map((tick) => ({ at: scale(tick), time: tick.getTime() }));
  return { at: (time) => scale(time - first), ticks: ticksOf(first, places) };
}

function compressed(first: number, times: readonly number[]): Axis {
  const places = [0];
  for (let index = 1; index < times.length; index++) {
    places.push((places[index - 1] ?? 0) + Math.log1p(Math.max(0, (times[index] ?? 0) - (times[index - 1] ?? 0))));
  }
  const scale = scaleLinear()
    .domain(times)
    .range(places.map((place) => place / (places.at(-1) || 1)))
    .clamp(true);
  const ticks = times.map((time) => ({ at: scale(time), time: time - first }));
  return { at: (time) => scale(time), ticks: ticksOf(first, ticks) };
}

/** The beginning by the clock, the others by their distance from it; those that would touch are left out. */
function ticksOf(first: number, places: readonly { readonly at: number; readonly time: number }[]): Axis["ticks"] {
  const ticks = [{ at: 0, label: clockText(first) }];
  for (const { at, time } of places) {
    if (at - (ticks.at(-1)?.at ?? 0) < TICK_GAP || at > LAST_TICK) continue;
    ticks.push({ at, label: `+${durationText(time)}` });
  }
  return ticks;
}

function distinct(times: readonly number[]): number[] {
  return [...new Set(times)].sort((left, right) => left - right);
}
