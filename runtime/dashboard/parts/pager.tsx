/** Leads through pages that are known by cursors only: forth by the server's, back by those that led here. */
interface PagerProps {
  /** Cursors of the pages before and of this one, oldest first; none on the first. */
  readonly way: readonly string[];
  /** The next page's; undefined on the last. */
  readonly next: string | undefined;
  readonly go: (way: readonly string[]) => void;
  readonly names?: readonly [back: string, forth: string];
}

export function Pager({ way, next, go, names = ["Newer", "Older"] }: PagerProps) {
  if (way.length === 0 && next === undefined) return null;
  return (
    <nav class="pager" aria-label="More pages">
      <button type="button" disabled={way.length === 0} onClick={() => go(way.slice(0, -1))}>
        ← {names[0]}
      </button>
      <span class="hint">Page {way.length + 1}</span>
      <button type="button" disabled={next === undefined} onClick={() => next !== undefined && go([...way, next])}>
        {names[1]} →
      </button>
    </nav>
  );
}
