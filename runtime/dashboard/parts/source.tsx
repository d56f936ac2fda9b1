/** Source code with the lines where calls rest. */
import { useEffect, useRef } from "preact/hooks";
import { countText } from "../data/format.js";
import { type Colour, Line, useColours } from "./code.js";

interface SourceProps {
  readonly label: string;
  readonly rows: readonly { readonly line: number; readonly text: string }[];
  /** Where the call rests that this is about. */
  readonly here: number | undefined;
  /** By line: how many calls of the execution rest there. */
  readonly resting: ReadonlyMap<number, number> | undefined;
  /** It is long: as much as there is room for is shown, with the line in the middle. */
  readonly isWhole: boolean;
}

export function Source({ label, rows, here, resting, isWhole }: SourceProps) {
  const box = useRef<HTMLElement>(null);
  const colours = useColours(rows.map(({ text }) => text).join("\n"), "typescript");
  useEffect(() => {
    const current = box.current?.querySelector<HTMLElement>("li.here");
    if (box.current === null || current === null || current === undefined) return;
    const { scrollHeight, clientHeight } = box.current;
    if (scrollHeight > clientHeight)
      box.current.scrollTop = current.offsetTop - (clientHeight - current.offsetHeight) / 2;
  }, [isWhole, here]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: long lines and files are scrolled with the keyboard
    <section class={isWhole ? "source whole" : "source"} tabIndex={0} aria-label={label} ref={box}>
      <ol>
        {rows.map(({ line }, index) => (
          <Row
            key={line}
            line={line}
            isHere={line === here}
            calls={resting?.get(line) ?? 0}
            colours={colours[index] ?? []}
          />
        ))}
      </ol>
    </section>
  );
}

interface RowProps {
  readonly line: number;
  readonly isHere: boolean;
  readonly calls: number;
  readonly colours: readonly Colour[];
}

function Row({ line, isHere, calls, colours }: RowProps) {
  const isResting = isHere || calls > 0;
  return (
    <li
      value={line}
      class={isHere ? "here" : isResting ? "also" : undefined}
      aria-current={isHere ? "true" : undefined}
    >
      <span class="line-number" aria-hidden="true">
        {isResting ? <span class="here-mark">{isHere ? "▶" : "▷"}</span> : null}
        {line}
      </span>
      <code>
        <Line colours={colours} />
        {isHere ? <span class="unseen"> (waiting here)</span> : null}
      </code>
      {calls > 1 ? <span class="line-calls">{countText(calls)} calls</span> : null}
      {!isHere && calls === 1 ? <span class="line-calls">waits too</span> : null}
    </li>
  );
}
