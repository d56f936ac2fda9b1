/** A value of a workflow as JSON, readable however long it is. */
import { useState } from "preact/hooks";
import { bytesText } from "../data/format.js";
import { Tokens } from "./code.js";

/** Longer texts are shown without colours. */
const MOST_COLOURED = 20_000;
const MOST_SHOWN = 200_000;

export function ValueView({ value, label }: { readonly value: unknown; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const text = JSON.stringify(value, null, 2) ?? "undefined";
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  return (
    <div class="value">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long value is scrolled with the keyboard */}
      <section class="value-text" tabIndex={0} aria-label={label}>
        <pre>
          {text.length > MOST_COLOURED ? text.slice(0, MOST_SHOWN) : <Tokens code={text} language="json" />}
          {text.length > MOST_SHOWN ? `\n… ${bytesText(text.length - MOST_SHOWN)} more` : null}
        </pre>
      </section>
      <button type="button" class="quiet value-copy" onClick={copy} aria-label={`Copy: ${label}`}>
        {isCopied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}
