/**
 * Tables of text that fit the terminal: the widest columns of those that may give way first, and where that is not
 * enough, whole columns are left out.
 */
import cliTruncate from "cli-truncate";
import stringWidth from "string-width";

export interface Column {
  readonly title: string;
  /** Cut, with an ellipsis, before others are; the column keeps at least its title's width. */
  readonly flexible: boolean;
  /** Left out where the others would not fit, the last first. */
  readonly optional?: boolean;
}

const GAP = "  ";

/** Rows of cells as lines of at most `width` characters (Infinity: never cut), with a line of titles first. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const shown = shownColumns(columns, rows, width);
  const widths = fitted(shown, width);
  const lines = [columns.map(({ title }) => title), ...rows].map((cells) =>
    shown
      .map(({ index }, place) => cell(cells[index] ?? "", widths[place] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

interface Shown extends Column {
  /** Among all. */
  readonly index: number;
  /** Of its longest cell. */
  readonly natural: number;
}

function shownColumns(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): Shown[] {
  const shown = columns.map((column, index) => ({
    ...column,
    index,
    natural: Math.max(column.title.length, ...rows.map((row) => lengthOf(row[index] ?? ""))),
  }));
  const least = ({ title, flexible, natural }: Shown): number =>
    flexible ? Math.max(title.length, Math.min(natural, USEFUL)) : natural;
  for (;;) {
    const last = shown.findLastIndex(({ optional = false }) => optional);
    if (last === -1 || total(shown.map(least)) <= width) return shown;
    shown.splice(last, 1);
  }
}

/** Below that, a cell says too little. */
const USEFUL = 16;

function total(widths: readonly number[]): number {
  return widths.reduce((sum, space) => sum + space, 0) + GAP.length * (widths.length - 1);
}

function fitted(columns: readonly Shown[], width: number): number[] {
  const widths = columns.map(({ natural }) => natural);
  for (let excess = total(widths) - width; excess > 0; excess--) {
    let widest: number | undefined;
    for (const [place, { title, flexible }] of columns.entries()) {
      const space = widths[place] ?? 0;
      // Of equals the last gives way: what a row is begins it.
      if (flexible && space > title.length && space >= (widths[widest ?? -1] ?? 0)) widest = place;
    }
    if (widest === undefined) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
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
