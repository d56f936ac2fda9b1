/** AbortController and AbortSignal (DOM §3). `AbortSignal.timeout` is a durable timer. */
import { DOMException } from "./dom-exception.js";
import { Event, EventTarget } from "./events.js";
import { publish } from "./tag.js";

declare function setTimeout(callback: () => void, milliseconds: number): unknown;

/** Nobody else has it: signals are made by the functions below only. */
const INTERNAL = Symbol("internal");

type Handler = ((this: AbortSignal, event: Event) => unknown) | null;

let abortSignal: (signal: AbortSignal, reason: unknown) => void;

function reasonOr(reason: unknown): unknown {
  return reason === undefined ? new DOMException("This operation was aborted", "AbortError") : reason;
}

export class AbortSignal extends EventTarget {
  #aborted = false;
  #reason: unknown = undefined;
  #handler: Handler = null;
  /** Signals made by `any` that follow this one, and the ones that this one follows. */
  readonly #followers: AbortSignal[] = [];
  readonly #sources: AbortSignal[] = [];

  constructor(token?: symbol) {
    if (token !== INTERNAL) throw new TypeError("Illegal constructor");
    super();
  }

  get aborted(): boolean {
    return this.#aborted;
  }
  get reason(): unknown {
    return this.#reason;
  }
  get onabort(): Handler {
    return this.#handler;
  }
  set onabort(value: unknown) {
    if (this.#handler !== null) this.removeEventListener("abort", this.#handler);
    this.#handler = typeof value === "function" ? (value as Handler) : null;
    this.addEventListener("abort", this.#handler);
  }

  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason;
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(INTERNAL);
    signal.#aborted = true;
    signal.#reason = reasonOr(reason);
    return signal;
  }

  static timeout(milliseconds: number): AbortSignal {
    const delay = Number(milliseconds);
    if (!(delay >= 0 && delay <= Number.MAX_SAFE_INTEGER))
      throw new RangeError("AbortSignal.timeout: not a number of milliseconds");
    const signal = new AbortSignal(INTERNAL);
    setTimeout(() => {
      signal.#abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    }, delay);
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const result = new AbortSignal(INTERNAL);
    const list = [...signals];
    for (const signal of list) {
      if (!(signal instanceof AbortSignal)) throw new TypeError("AbortSignal.any: not a list of signals");
    }
    const first = list.find((signal) => signal.#aborted);
    if (first !== undefined) return AbortSignal.abort(first.#reason);
    for (const signal of list) {
      for (const source of signal.#sources.length > 0 ? signal.#sources : [signal]) {
        if (result.#sources.includes(source)) continue;
        result.#sources.push(source);
        source.#followers.push(result);
      }
    }
    return result;
  }

  #abort(reason: unknown): void {
    if (this.#aborted) return;
    const all = [this, ...this.#followers.filter((each) => !each.#aborted)];
    for (const signal of all) {
      signal.#aborted = true;
      signal.#reason = reason;
    }
    for (const signal of all) signal.dispatchEvent(new Event("abort"));
  }

  static {
    abortSignal = (signal, reason) => signal.#abort(reasonOr(reason));
  }
}

export class AbortController {
  readonly #signal = new AbortSignal(INTERNAL);

  get signal(): AbortSignal {
    return this.#signal;
  }

  abort(reason?: unknown): void {
    abortSignal(this.#signal, reason);
  }
}

publish(AbortSignal);
publish(AbortController);
