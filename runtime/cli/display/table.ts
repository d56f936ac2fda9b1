/** Tables of text that fit the terminal: the last columns give way first. */
import cliTruncate from "cli-truncate";
import stringWidth from "string-width";

export interface Column {
  readonly title: string;
  /** Cut, with an ellipsis, before others are; the column keeps at least its title's width. */
  readonly flexible: boolean;
}

const GAP = "  ";

/** Rows of cells as lines of at most `width` characters (Infinity: never cut), with a line of titles first. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const natural = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => lengthOf(row[index] ?? ""))),
  );
  const widths = fitted(columns, natural, width);
  const lines = [columns.map(({ title }) => title), ...rows].map((cells) =>
    widths
      .map((space, index) => cell(cells[index] ?? "", space))
      .join(GAP)
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, space) => sum + space, 0) + GAP.length * (columns.length - 1) - width;
  for (let index = columns.length - 1; index >= 0 && excess > 0; index--) {
    const { title, flexible } = columns[index] ?? { title: "", flexible: false };
    if (!flexible) continue;
    const given = Math.min(excess, (widths[index] ?? 0) - title.length);
    widths[index] = (widths[index] ?? 0) - given;
    excess -= given;
  }
  return widths;
}

function cell(text: string, space: number): string {
  const length = lengthOf(text);
  if (length <= space) return text + " ".repeat(space - length);
  const cut = cliTruncate(text, space);
  return cut + " ".repeat(Math.max(0, space - lengthOf(cut)));
}

/** Columns of the terminal: wide characters take two. */
function lengthOf(text: string): number {
  return stringWidth(text);
}
