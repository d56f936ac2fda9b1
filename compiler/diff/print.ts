/** The answer of `eventualc diff` as a table. */
import type { Move } from "./compare.js";

/** One line for each place, by verdict, function and place, under a heading; then a count. */
export function printMoves(moves: readonly Move[]): string {
  if (moves.length === 0) return "The old program has no place where an execution can wait.\n";
  const rows = moves.map(({ verdict, module, function: id, from, to, reason }) => [
    verdict,
    `${module}:${from.line}:${from.column}`,
    to === undefined ? "-" : `${to.line}:${to.column}`,
    id.slice(id.indexOf("#") + 1),
    reason,
  ]);
  const table = [["VERDICT", "WAITS AT", "GOES ON AT", "FUNCTION", "WHY"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const count = (verdict: Move["verdict"]): number => moves.filter((each) => each.verdict === verdict).length;
  return `${lines.join("\n")}\n\n${count("same")} same, ${count("moves")} move, ${count("stays")} stay\n`;
}
