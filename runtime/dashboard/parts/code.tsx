/** TypeScript and JSON with colours. */
import { useMemo } from "preact/hooks";
import { parse } from "sugar-high/core";
import * as json from "sugar-high/lang/json";
import * as typescript from "sugar-high/lang/typescript";

export type Language = "typescript" | "json";

/** A piece of a line. */
export interface Colour {
  readonly type: string;
  readonly value: string;
}

/** The coloured pieces of each line. Lines are coloured together, so that comments and templates may span them. */
export function useColours(code: string, language: Language): readonly (readonly Colour[])[] {
  return useMemo(
    () => parse(code, language === "json" ? json : typescript).lines.map(({ tokens }) => tokens),
    [code, language],
  );
}

export function Line({ colours }: { readonly colours: readonly Colour[] }) {
  return (
    <>
      {colours.map(({ type, value }, index) =>
        type === "space" || type === "break" || type === "identifier" ? (
          value
        ) : (
          <span key={index} class={`token-${type}`}>
            {value}
          </span>
        ),
      )}
    </>
  );
}

/** Code of any number of lines. */
export function Tokens({ code, language }: { readonly code: string; readonly language: Language }) {
  const lines = useColours(code, language);
  return (
    <>
      {lines.map((colours, index) => (
        <span key={index}>
          {index === 0 ? null : "\n"}
          <Line colours={colours} />
        </span>
      ))}
    </>
  );
}
