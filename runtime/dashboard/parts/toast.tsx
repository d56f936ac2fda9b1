/** Says that something was done, for a while. */
import { useEffect } from "preact/hooks";

const SHOWN_MS = 5000;

export function Toast({ text, clear }: { readonly text: string | undefined; readonly clear: () => void }) {
  useEffect(() => {
    if (text === undefined) return undefined;
    const timer = setTimeout(clear, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class={text === undefined ? "toast away" : "toast"} role="status">
      {text}
    </div>
  );
}
