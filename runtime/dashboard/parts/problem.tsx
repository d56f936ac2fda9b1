/** What went wrong, with its code, and what to do. */
import { useEffect, useRef } from "preact/hooks";

interface Explained {
  readonly code: string | undefined;
  readonly message: string;
  readonly remedy: string | undefined;
}

function explain(error: unknown): Explained {
  const { code, remedy } = error as { code?: unknown; remedy?: unknown };
  return {
    code: typeof code === "string" ? code : undefined,
    message: error instanceof Error ? error.message : String(error),
    remedy: typeof remedy === "string" ? remedy : undefined,
  };
}

/** `focused`: it takes the keyboard's focus, so that it is read out at once. */
export function ProblemNote({ error, focused = false }: { readonly error: unknown; readonly focused?: boolean }) {
  const { code, message, remedy } = explain(error);
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focused) note.current?.focus();
  }, [focused, error]);
  return (
    <div class="problem" role="alert" tabIndex={-1} ref={note}>
      <p class="problem-what">
        {code === undefined ? null : <code class="problem-code">{code}</code>} {message}
      </p>
      {remedy === undefined ? null : <p class="problem-remedy">{remedy}</p>}
    </div>
  );
}
