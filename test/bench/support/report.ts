/** What a benchmark answers, and how it is printed. */

export interface Figure {
  /** What was measured. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, measured in the same run; missing where there is nothing to compare with. */
  readonly floor?: { readonly name: string; readonly value: number };
  /** How many times dearer than the floor: 1 is as cheap. */
  readonly ratio?: number;
  readonly note?: string;
}

/** A figure that is better when larger, such as a rate: the ratio is floor / value. */
export function rate(name: string, value: number, unit: string, floor: Figure["floor"], note?: string): Figure {
  return figure(name, value, unit, floor, floor === undefined ? undefined : floor.value / value, note);
}

/** A figure that is better when smaller, such as a time: the ratio is value / floor. */
export function cost(name: string, value: number, unit: string, floor?: Figure["floor"], note?: string): Figure {
  return figure(name, value, unit, floor, floor === undefined ? undefined : value / floor.value, note);
}

function figure(
  name: string,
  value: number,
  unit: string,
  floor: Figure["floor"],
  ratio: number | undefined,
  note: string | undefined,
): Figure {
  return {
    name,
    value,
    unit,
    ...(floor !== undefined && { floor }),
    ...(ratio !== undefined && { ratio }),
    ...(note !== undefined && { note }),
  };
}

/** An aligned table of plain text, a note under each row that has one. */
export function table(figures: readonly Figure[]): string {
  const cells = figures.map(({ name, value, unit, floor, ratio }) => [
    name,
    `${shown(value)} ${unit}`,
    floor === undefined ? "" : `${shown(floor.value)} ${unit}`,
    ratio === undefined ? "" : ratio.toFixed(2),
  ]);
  const rows = [["", "measured", "floor", "ratio"], ...cells];
  const [head = "", ...body] = aligned(rows);
  const noted = body.flatMap((line, index) => [line, ...notesOf(figures[index])]);
  return [head, ...noted].map((line) => line.trimEnd()).join("\n");
}

/** Lines of a table: the first column to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(columns[0] ?? 0) : cell.padStart(columns[column] ?? 0)))
      .join("  "),
  );
}

function notesOf(figure: Figure | undefined): string[] {
  const floor = figure?.floor === undefined ? [] : [`floor: ${figure.floor.name}`];
  const text = [...floor, ...(figure?.note === undefined ? [] : [figure.note])].join("; ");
  return text === "" ? [] : [`    ${text}`];
}

/** Three significant digits or whole. */
export function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
