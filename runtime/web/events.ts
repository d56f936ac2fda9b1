/** Event, CustomEvent and EventTarget (DOM §2), for targets without a tree. */
import { publish } from "./tag.js";

declare function queueMicrotask(callback: () => void): void;

interface EventInit {
  readonly bubbles?: unknown;
  readonly cancelable?: unknown;
  readonly composed?: unknown;
}

const NONE = 0;
const AT_TARGET = 2;

/** What only EventTarget may do to an event. */
interface Dispatching {
  begin(event: Event, target: EventTarget): void;
  call(event: Event, listener: Listener, target: EventTarget): boolean;
  end(event: Event): boolean;
}

let dispatching: Dispatching;

export class Event {
  readonly #type: string;
  readonly #bubbles: boolean;
  readonly #cancelable: boolean;
  readonly #composed: boolean;
  readonly #timeStamp = Date.now();
  #target: EventTarget | null = null;
  #phase = NONE;
  #passive = false;
  #prevented = false;
  #stopped = false;
  #stoppedAtOnce = false;
  #underWay = false;

  constructor(...args: readonly [type?: unknown, init?: EventInit | null]) {
    if (args.length === 0) throw new TypeError("Event: a type is required");
    const { bubbles, cancelable, composed } = args[1] ?? {};
    this.#type = String(args[0]);
    this.#bubbles = Boolean(bubbles);
    this.#cancelable = Boolean(cancelable);
    this.#composed = Boolean(composed);
  }

  get type(): string {
    return this.#type;
  }
  get target(): EventTarget | null {
    return this.#target;
  }
  get currentTarget(): EventTarget | null {
    return this.#underWay ? this.#target : null;
  }
  get srcElement(): EventTarget | null {
    return this.#target;
  }
  get eventPhase(): number {
    return this.#phase;
  }
  get bubbles(): boolean {
    return this.#bubbles;
  }
  get cancelable(): boolean {
    return this.#cancelable;
  }
  get composed(): boolean {
    return this.#composed;
  }
  get defaultPrevented(): boolean {
    return this.#prevented;
  }
  get returnValue(): boolean {
    return !this.#prevented;
  }
  get cancelBubble(): boolean {
    return this.#stopped;
  }
  set cancelBubble(value: unknown) {
    if (value) this.#stopped = true;
  }
  /** The activation's time at which the event was made, ms. */
  get timeStamp(): number {
    return this.#timeStamp;
  }
  get isTrusted(): boolean {
    return false;
  }

  composedPath(): EventTarget[] {
    return this.#underWay && this.#target !== null ? [this.#target] : [];
  }
  preventDefault(): void {
    if (this.#cancelable && !this.#passive) this.#prevented = true;
  }
  stopPropagation(): void {
    this.#stopped = true;
  }
  stopImmediatePropagation(): void {
    this.#stopped = true;
    this.#stoppedAtOnce = true;
  }

  static {
    dispatching = {
      begin(event, target) {
        if (event.#underWay) throw new TypeError("the event is being dispatched already");
        event.#underWay = true;
        event.#target = target;
        event.#phase = AT_TARGET;
      },
      call(event, { callback, passive }, target) {
        event.#passive = passive;
        try {
          if (typeof callback === "function") callback.call(target, event);
          else callback.handleEvent(event);
        } catch (error) {
          // Reported like any error that nobody handles; the other listeners are called all the same.
          queueMicrotask(() => {
            throw error;
          });
        }
        event.#passive = false;
        return event.#stoppedAtOnce;
      },
      end(event) {
        event.#underWay = false;
        event.#phase = NONE;
        event.#stopped = false;
        event.#stoppedAtOnce = false;
        return !event.#prevented;
      },
    };
  }
}

for (const [name, value] of Object.entries({ NONE, CAPTURING_PHASE: 1, AT_TARGET, BUBBLING_PHASE: 3 })) {
  Object.defineProperty(Event, name, { value, enumerable: true });
  Object.defineProperty(Event.prototype, name, { value, enumerable: true });
}

export class CustomEvent extends Event {
  readonly #detail: unknown;

  constructor(...args: readonly [type?: unknown, init?: (EventInit & { readonly detail?: unknown }) | null]) {
    super(...args);
    this.#detail = args[1]?.detail ?? null;
  }

  get detail(): unknown {
    return this.#detail;
  }
}

type Callback = ((this: EventTarget, event: Event) => unknown) | { handleEvent(event: Event): unknown };

interface Listener {
  readonly type: string;
  readonly callback: Callback;
  readonly capture: boolean;
  readonly once: boolean;
  readonly passive: boolean;
  removed: boolean;
}

interface ListenerOptions {
  readonly capture?: unknown;
  readonly once?: unknown;
  readonly passive?: unknown;
  readonly signal?: EventTarget & { readonly aborted: boolean };
}

type Options = ListenerOptions | boolean | null | undefined;

function captureOf(options: Options): boolean {
  return Boolean(typeof options === "object" && options !== null ? options.capture : options);
}

function isCallback(value: unknown): value is Callback {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

export class EventTarget {
  #listeners: Listener[] = [];

  addEventListener(type: unknown, callback: unknown, options?: Options): void {
    const { once, passive, signal }: ListenerOptions = typeof options === "object" && options !== null ? options : {};
    if (callback === null || callback === undefined) return;
    if (!isCallback(callback))
      throw new TypeError("addEventListener: the listener is neither a function nor an object");
    if (signal?.aborted) return;
    const capture = captureOf(options);
    if (this.#find(String(type), callback, capture) !== undefined) return;
    const listener: Listener = {
      type: String(type),
      callback,
      capture,
      once: Boolean(once),
      passive: Boolean(passive),
      removed: false,
    };
    this.#listeners.push(listener);
    signal?.addEventListener("abort", () => this.#remove(listener), { once: true });
  }

  removeEventListener(type: unknown, callback: unknown, options?: Options): void {
    const listener = this.#find(String(type), callback, captureOf(options));
    if (listener !== undefined) this.#remove(listener);
  }

  dispatchEvent(event: unknown): boolean {
    if (!(event instanceof Event)) throw new TypeError("dispatchEvent: the argument is not an Event");
    dispatching.begin(event, this);
    for (const listener of this.#listeners.filter(({ type }) => type === event.type)) {
      if (listener.removed) continue;
      if (listener.once) this.#remove(listener);
      if (dispatching.call(event, listener, this)) break;
    }
    return dispatching.end(event);
  }

  #find(type: string, callback: unknown, capture: boolean): Listener | undefined {
    return this.#listeners.find((each) => each.type === type && each.callback === callback && each.capture === capture);
  }

  #remove(listener: Listener): void {
    listener.removed = true;
    this.#listeners = this.#listeners.filter((each) => each !== listener);
  }
}

publish(Event);
publish(CustomEvent);
publish(EventTarget);
