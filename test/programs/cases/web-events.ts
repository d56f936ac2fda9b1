/** EventTarget, AbortController and DOMException, with listeners and signals that are held across suspensions. */
import { duration, workflow } from "eventual";
import { show } from "./support/show";

class Desk extends EventTarget {
  #calls = 0;
  ring(detail: unknown): boolean {
    this.#calls++;
    return this.dispatchEvent(new CustomEvent("ring", { detail, cancelable: true }));
  }
  get calls(): number {
    return this.#calls;
  }
}

const shown = (error: unknown): string => {
  const { name, message } = error as Error;
  const code = error instanceof DOMException ? ` ${error.code}` : "";
  return `${name}: ${message}${code} ${error instanceof Error}`;
};

async function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const desk = new Desk();
  const controller = new AbortController();
  const onRing = (event: Event): void => {
    const { type, detail } = event as CustomEvent<unknown>;
    trace.push(`${type} ${show(detail)} ${event.target === desk} ${event.currentTarget === desk} ${event.eventPhase}`);
  };
  const asObject = {
    count: 0,
    handleEvent(event: Event) {
      this.count++;
      if (this.count === 2) event.preventDefault();
    },
  };
  desk.addEventListener("ring", onRing);
  desk.addEventListener("ring", onRing);
  desk.addEventListener("ring", asObject, { signal: controller.signal });
  desk.addEventListener("ring", () => trace.push("once"), { once: true });
  trace.push(show(desk.ring(1)));
  await duration(1, "day");
  trace.push(show(desk.ring({ a: 1 })), show([asObject.count, desk.calls]));
  const pending = untilAborted(controller.signal);
  const any = AbortSignal.any([controller.signal, new AbortController().signal]);
  let handled = 0;
  any.onabort = () => {
    handled++;
  };
  await duration(1, "day");
  controller.abort();
  controller.abort("again");
  try {
    await pending;
  } catch (error) {
    trace.push(shown(error), String(error === controller.signal.reason), String(any.reason === error), show(handled));
  }
  trace.push(show(desk.ring(2)), show(asObject.count));
  desk.removeEventListener("ring", onRing);
  desk.addEventListener("ring", (event) => event.stopImmediatePropagation());
  desk.addEventListener("ring", () => trace.push("not reached"));
  desk.ring(3);
  for (const signal of [AbortSignal.abort(), AbortSignal.abort(new RangeError("mine")), AbortSignal.any([AbortSignal.abort(7)])]) {
    try {
      signal.throwIfAborted();
    } catch (error) {
      trace.push(error instanceof Error ? shown(error) : show(error));
    }
  }
  const copy = new DOMException("what", "DataCloneError");
  trace.push(shown(copy), shown(new DOMException()), Object.prototype.toString.call(copy));
  const event = new Event("x", { cancelable: true });
  trace.push(show([event.type, event.bubbles, event.cancelable, event.defaultPrevented, event.target, event.isTrusted]));
  for (const wrong of [() => new (AbortSignal as unknown as { new (): object })(), () => desk.dispatchEvent({} as Event)]) {
    try {
      wrong();
    } catch (error) {
      trace.push((error as Error).name);
    }
  }
  trace.push(Object.prototype.toString.call(controller), Object.prototype.toString.call(any), typeof globalThis.EventTarget);
  await duration(1, "day");
  trace.push(show([any.aborted, (any.reason as Error).name, desk.calls]));
  return trace;
});
