/**
 * Diagnostics as text for a terminal and as JSON for tools. Returns strings; the command line decides where they go.
 */
import { codeFrameColumns } from "@babel/code-frame";
import { titleOf } from "./catalogue.js";
import type { Diagnostic, Place } from "./diagnostic.js";

interface Paint {
  bold(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/**
 * Text for people: place, code and message, code frame, remedy; then a count. Empty for no diagnostics.
 * `color` adds terminal colours.
 */
export function printDiagnostics(diagnostics: readonly Diagnostic[], options: { color: boolean }): string {
  if (diagnostics.length === 0) return "";
  const parts = diagnostics.map((diagnostic) => printDiagnostic(diagnostic, options));
  return `${parts.join("\n")}\n${count(diagnostics)}\n`;
}

/** One diagnostic as text, ending in a line feed. */
export function printDiagnostic(diagnostic: Diagnostic, options: { color: boolean }): string {
  const paint = options.color ? COLOURS : PLAIN;
  const severity = diagnostic.severity === "error" ? paint.red("error") : paint.yellow("warning");
  const lines = [`${paint.bold(placeText(diagnostic))}${severity} ${diagnostic.code}: ${diagnostic.message}`];
  const frame = codeFrame(diagnostic, options.color);
  if (frame !== "") lines.push("", frame, "");
  for (const related of diagnostic.related ?? []) {
    lines.push(`  ${related.file}:${related.line}:${related.column}: ${related.message}`, "");
    lines.push(codeFrame(related, options.color), "");
  }
  lines.push(`  ${paint.cyan("remedy:")} ${diagnostic.remedy}`);
  return `${lines.join("\n")}\n`;
}

/** Text for tools: `{"diagnostics": [{code, title, severity, message, remedy, file, line, column, length, page, related}]}`. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[]): readonly object[] {
  return diagnostics.map(({ source: _, related = [], ...diagnostic }) => ({
    ...diagnostic,
    title: titleOf(diagnostic.code),
    page: `docs/errors/${diagnostic.code}.md`,
    related: related.map(({ source: __, ...place }) => place),
  }));
}

function placeText({ file, line, column }: Diagnostic): string {
  if (file === undefined) return "";
  return line === 0 ? `${file}: ` : `${file}:${line}:${column}: `;
}

function codeFrame({ source, line, column, length }: Place & Pick<Diagnostic, "source">, color: boolean): string {
  if (source === undefined || line === 0) return "";
  const location = { start: { line, column }, end: { line, column: column + length } };
  return codeFrameColumns(source, location, { linesAbove: 1, linesBelow: 1, highlightCode: color, forceColor: color });
}

function count(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  const parts = [plural(errors, "error"), plural(warnings, "warning")].filter((part) => part !== "");
  return parts.join(", ");
}

function plural(number: number, noun: string): string {
  if (number === 0) return "";
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}

const PLAIN: Paint = { bold: same, red: same, yellow: same, cyan: same };
const COLOURS: Paint = { bold: ansi(1, 22), red: ansi(31, 39), yellow: ansi(33, 39), cyan: ansi(36, 39) };

function same(text: string): string {
  return text;
}

function ansi(on: number, off: number): (text: string) => string {
  return (text) => `\u001b[${on}m${text}\u001b[${off}m`;
}

/**
 * Whether to colour what goes to `stream`: NO_COLOR forbids it, FORCE_COLOR asks for it, else only for terminals.
 */
export function wantsColor(stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== "") return false;
  if (environment.FORCE_COLOR !== undefined && environment.FORCE_COLOR !== "0") return true;
  return stream.isTTY === true;
}
