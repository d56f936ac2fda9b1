/** TypeScript and JSON with colours. */
import { parse } from "sugar-high/core";
import * as json from "sugar-high/lang/json";
import * as typescript from "sugar-high/lang/typescript";

export type Language = "typescript" | "json";

/** Lines of the code, each as coloured pieces. */
export function Tokens({ code, language }: { readonly code: string; readonly language: Language }) {
  const { lines } = parse(code, language === "json" ? json : typescript);
  const tokens = lines.flatMap(({ tokens: found }, index) =>
    index === 0 ? found : [{ type: "break" as const, value: "\n" }, ...found],
  );
  return (
    <>
      {tokens.map(({ type, value }, index) =>
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
