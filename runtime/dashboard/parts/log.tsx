/** The log of an execution as it grows. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Followed } from "../data/follow.js";
import { clockText, countText, momentText } from "../data/format.js";
import { Empty } from "./page.js";

/** So near to its end, in pixels, a list counts as being there. */
const NEAR = 24;

export function LogView({ followed }: { readonly followed: Followed }) {
  const { lines, dropped } = followed;
  const [text, setText] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const { current } = box;
    if (current !== null && isAtEnd.current) current.scrollTop = current.scrollHeight;
  }, [lines]);
  if (lines.length === 0) {
    return (
      <Empty title="Nothing has been logged">
        <p>
          What a workflow writes with <code>console.log</code> appears here.
        </p>
      </Empty>
    );
  }
  const wanted = text.toLowerCase();
  const shown = wanted === "" ? lines : lines.filter((line) => line.text.toLowerCase().includes(wanted));
  return (
    <>
      <div class="log-tools">
        <input
          type="search"
          placeholder="Filter lines"
          aria-label="Filter lines of the log"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {dropped > 0 ? <span class="hint">{countText(dropped)} earlier lines are not shown.</span> : null}
      </div>
      <div
        class="log"
        role="log"
        aria-label="Log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long log is scrolled with the keyboard
        tabIndex={0}
        ref={box}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          isAtEnd.current = scrollTop + clientHeight >= scrollHeight - NEAR;
        }}
      >
        {shown.map((line) => (
          <p key={line.id} class={`log-line level-${line.level}`}>
            <time datetime={line.time} title={momentText(Date.parse(line.time))}>
              {clockText(Date.parse(line.time))}
            </time>
            <span class="log-level">{line.level}</span>
            <span class="log-text">{line.text}</span>
          </p>
        ))}
      </div>
    </>
  );
}
