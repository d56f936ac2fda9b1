/** How a comparison is printed. */
import { aligned, shown } from "../support/report.js";
import type { Comparison, Row } from "./measure.js";
import type { Contender } from "./support/contender.js";

/** An aligned table; the last side is the peer, the others are ours, each with its ratio to the peer. */
export function comparison(sides: readonly Contender[], { rows, syncMs }: Comparison): string {
  const ours = sides.slice(0, -1);
  const peer = sides[sides.length - 1];
  const head = ["", ...ours.flatMap(({ name }) => [name, "ratio"]), peer?.name ?? ""];
  const body = rows.map((row) => [
    row.name,
    ...ours.flatMap(({ name }) => [value(row, name), ratio(row, name, peer?.name ?? "")]),
    value(row, peer?.name ?? ""),
  ]);
  const about = sides.map((side) => `${side.name}: ${side.about}`);
  const lines = [...aligned([head, ...body]), "", ...about, `a sync of one page: ${syncMs.toFixed(2)} ms (median)`];
  return lines.map((line) => line.trimEnd()).join("\n");
}

function value({ values, unit }: Row, name: string): string {
  const measured = values[name];
  return measured === undefined ? "" : `${shown(measured)} ${unit}`;
}

/** How many times better: no ratio where what is measured is nothing. */
function ratio({ values, better }: Row, name: string, peer: string): string {
  const mine = values[name];
  const theirs = values[peer];
  if (mine === undefined || theirs === undefined || mine <= 0 || theirs <= 0) return "";
  return `${shown(better === "more" ? mine / theirs : theirs / mine)}×`;
}
