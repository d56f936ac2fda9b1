/** Colours for people: only on terminals, and not where NO_COLOR is set. */
import { styleText } from "node:util";

export type Style = "red" | "yellow" | "green" | "cyan" | "dim" | "bold";
export type Paint = (style: Style, text: string) => string;

/** How to colour what goes to `stream`. FORCE_COLOR asks for colours where there is no terminal. */
export function paintFor(stream: { readonly isTTY?: boolean }, environment = process.env): Paint {
  if (!wantsColor(stream, environment)) return (_, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}

/** Whether what goes to `stream` is coloured. */
export function wantsColor(stream: { readonly isTTY?: boolean }, environment = process.env): boolean {
  const { NO_COLOR, FORCE_COLOR } = environment;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return (FORCE_COLOR !== undefined && FORCE_COLOR !== "0") || stream.isTTY === true;
}
