/** Errors as text for people: what, where, what to do. */
import { Fault } from "../../protocol/fault.js";
import type { Paint } from "./paint.js";

/** Several lines, the last with its line feed. An error that is no Fault is a defect of ours and shown with its stack. */
export function faultText(error: unknown, paint: Paint): string {
  if (!(error instanceof Fault)) return defectText(error, paint);
  const lines = [`${paint("red", "error")} ${paint("bold", error.code)}: ${error.message}`];
  if (error.place !== undefined) lines.push(`  at ${error.place}`);
  lines.push(`  ${paint("cyan", "remedy:")} ${error.remedy}`);
  return `${lines.join("\n")}\n`;
}

function defectText(error: unknown, paint: Paint): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const head = `${paint("red", "error")} ${paint("bold", "EV9801")}: This is a defect of Eventual, please report it:`;
  return `${head}\n${stack.replaceAll(/^/gm, "  ")}\n`;
}
