/** What a page shows of the server: loaded, loaded anew, kept on screen while it is. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { noteFailure, noteSuccess } from "./session.js";

export interface Resource<T> {
  /** The last answer; it stays while a newer one is awaited. */
  readonly data: T | undefined;
  /** Of the last request, if it failed. */
  readonly error: unknown;
  readonly reload: () => void;
}

export interface ResourceOptions {
  /** Loads again after so many ms, as long as the page is visible. */
  readonly every?: number;
  /** False: nothing is loaded. Default: true. */
  readonly when?: boolean;
}

/** Loads when the page is shown, when `key` changes, and as the options say. Answers out of order are dropped. */
export function useResource<T>(load: () => Promise<T>, key: string, options: ResourceOptions = {}): Resource<T> {
  const { every, when = true } = options;
  const [state, setState] = useState<{ key: string; data: T | undefined; error: unknown }>({
    key,
    data: undefined,
    error: undefined,
  });
  const latest = useRef(load);
  latest.current = load;
  const asked = useRef(0);
  const reload = useCallback(() => {
    const number = ++asked.current;
    latest.current().then(
      (data) => {
        noteSuccess();
        if (number === asked.current) setState({ key, data, error: undefined });
      },
      (error: unknown) => {
        noteFailure(error);
        if (number !== asked.current) return;
        setState((before) => ({ key, data: before.key === key ? before.data : undefined, error }));
      },
    );
  }, [key]);
  useEffect(() => {
    if (when) reload();
  }, [reload, when]);
  useEffect(() => {
    if (every === undefined || !when) return undefined;
    const again = (): void => {
      if (document.visibilityState === "visible") reload();
    };
    const timer = setInterval(again, every);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [reload, every, when]);
  const isCurrent = state.key === key;
  return { data: isCurrent ? state.data : undefined, error: isCurrent ? state.error : undefined, reload };
}
