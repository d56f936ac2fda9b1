/** A question before something is done, and the refusal when it cannot be. The browser's dialog keeps the focus. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ProblemNote } from "./problem.js";

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** What the button says that does it. */
  readonly confirm: string;
  readonly isDangerous?: boolean;
  /** Resolves when it is done; the dialog closes then. What it throws is shown. */
  readonly act: (form: FormData) => Promise<void>;
  readonly close: () => void;
}

export function Dialog({ title, children, confirm, isDangerous = false, act, close }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const submit = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    act(new FormData(event.currentTarget)).then(close, (refusal: unknown) => {
      setBusy(false);
      setError(refusal);
    });
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={close}>
      <form onSubmit={submit}>
        <h2 id={heading}>{title}</h2>
        {children}
        {error === undefined ? null : <ProblemNote error={error} focused />}
        <div class="dialog-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Back
          </button>
          <button type="submit" class={isDangerous ? "danger" : "primary"} disabled={isBusy}>
            {isBusy ? "…" : confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
