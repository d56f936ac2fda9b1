/** How many executions began and ended lately. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Overview } from "../../client/observation.js";
import { countText } from "../data/format.js";
import { shade } from "../data/theme.js";

const HEIGHT = 180;

interface Series {
  readonly label: string;
  readonly colour: string;
  readonly dash?: number[];
  readonly of: (rate: Overview["rates"][number]) => number;
}

const SERIES: readonly Series[] = [
  { label: "Started", colour: "--running", of: ({ started }) => started },
  { label: "Succeeded", colour: "--good", of: ({ ended, failed }) => ended - failed, dash: [6, 4] },
  { label: "Failed", colour: "--bad", of: ({ failed }) => failed, dash: [2, 3] },
];

export function RateChart({ overview, minutes }: { readonly overview: Overview; readonly minutes: number }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const colours = shade.value;
  const data = dataOf(overview, minutes);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const { current } = place;
    if (current === null) return undefined;
    const made = new uPlot(optionsOf(current), latest.current, current);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: current.clientWidth, height: HEIGHT }));
    watch.observe(current);
    return () => {
      watch.disconnect();
      made.destroy();
    };
  }, [colours]);
  useEffect(() => {
    plot.current?.setData(latest.current);
  }, [overview]);
  const sums = SERIES.map(({ label, of }) => ({
    label,
    sum: overview.rates.reduce((total, rate) => total + of(rate), 0),
  }));
  const summary = sums.map(({ label, sum }) => `${countText(sum)} ${label.toLowerCase()}`).join(", ");
  return (
    <figure class="chart">
      <figcaption>
        <ul class="legend">
          {SERIES.map(({ label }, index) => (
            <li key={label}>
              <span class={`legend-line line-${label.toLowerCase()}`} aria-hidden="true" />
              {label} <strong class="number">{countText(sums[index]?.sum ?? 0)}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} class="chart-place" role="img" aria-label={`In the last ${minutes} minutes: ${summary}`} />
    </figure>
  );
}

/** Labels by the seconds between them, and what stands below where a new day begins: 24 hours, and dates by ISO 8601. */
const TIMES: uPlot.Axis.Values = [
  [86_400, "{YYYY}-{MM}-{DD}", null, null, null, null, null, null, 1],
  [60, "{HH}:{mm}", null, null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", null, null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
];

function optionsOf(place: HTMLElement): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string): string => resolved(style.getPropertyValue(name), place);
  const axis = {
    stroke: colour("--ink-soft"),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    axes: [
      { ...axis, values: TIMES },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000] },
    ],
    scales: { y: { range: (_, __, max) => [0, Math.max(4, max * 1.1)] } },
    series: [
      {},
      ...SERIES.map(({ label, colour: name, dash }) => ({
        label,
        stroke: colour(name),
        width: 2,
        points: { show: false },
        ...(dash === undefined ? {} : { dash }),
      })),
    ],
  };
}

/** A canvas does not know `light-dark()`: the browser is asked what it comes to. */
function resolved(value: string, place: HTMLElement): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Stretches in which nothing happened are zeros. */
function dataOf({ now, rates, stepSeconds }: Overview, minutes: number): uPlot.AlignedData {
  const known = new Map(rates.map((rate) => [Date.parse(rate.at) / 1000, rate]));
  const last = Math.floor(Date.parse(now) / 1000 / stepSeconds) * stepSeconds;
  const count = Math.floor((minutes * 60) / stepSeconds);
  const times = Array.from({ length: count }, (_, index) => last - (count - 1 - index) * stepSeconds);
  return [
    times,
    ...SERIES.map(({ of }) =>
      times.map((time) => {
        const rate = known.get(time);
        return rate === undefined ? 0 : of(rate);
      }),
    ),
  ] as uPlot.AlignedData;
}
