/**
 * The state of a promise and the abstract operations on it (ECMA-262 §27.2.1). The constructor and its methods are in
 * promise-constructor.ts and promise-combinators.ts.
 *
 * P1  A pending promise's reactions are plain data; for `await` the reaction is the waiting frame itself.
 * P2  Every function that user code can get hold of is a registered closure, so a checkpoint can hold it.
 * P3  A reaction that can have no effect any more (the lost side of a race) may be forgotten at any time.
 */
import type { AnyFunction, SuspensionToken } from "../protocol/helpers.js";
import { caught, current, currentTurn } from "./current.js";
import type { Frame } from "./frame.js";
import { type Origin, onObserved } from "./origin.js";
import { enqueue } from "./queue.js";
import { type Code, registered } from "./registry.js";
import type { Scope } from "./scope.js";
import { sideRecords } from "./side-record.js";
import { SUSPENDED } from "./suspended.js";

export const PENDING = 0;
export const FULFILLED = 1;
export const REJECTED = 2;
export type PromiseState = typeof PENDING | typeof FULFILLED | typeof REJECTED;
export type Settled = typeof FULFILLED | typeof REJECTED;

/** A PromiseCapability Record; for promises of %Promise% itself the promise alone is enough. */
export interface CapabilityRecord {
  promise: unknown;
  resolve: AnyFunction;
  reject: AnyFunction;
}
export type Capability = GPromise | CapabilityRecord;

/** Tags of reactions, and of a promise's list of several. */
export const LIST = 0;
export const THEN = 1;
export const SCOPED = 2;
export const ELEMENT = 3;

/** What one call of `then` left: both handlers, and what they settle (nothing for the runtime's own handlers). */
export type ThenReaction = readonly [
  tag: typeof THEN,
  capability: Capability | undefined,
  fulfilled: AnyFunction | undefined,
  rejected: AnyFunction | undefined,
];
/** What several promises are waited for together for. */
export interface Combination {
  remaining: number;
  readonly values: unknown[];
  readonly capability: CapabilityRecord;
}
/** One promise of a combination of kind `kind`: see promise-combinators.ts. */
export type ElementReaction = readonly [tag: typeof ELEMENT, combination: Combination, index: number, kind: string];
export type PlainReaction = Frame | ThenReaction | ElementReaction;
/** A reaction that belongs to a cancellation scope. */
export type ScopedReaction = readonly [tag: typeof SCOPED, scope: Scope, reaction: PlainReaction];
/** Told apart by what they begin with: a frame by its code. */
export type Reaction = PlainReaction | ScopedReaction;
type Reactions = [tag: typeof LIST, ...reactions: Reaction[]];

/**
 * In a checkpoint, and in a frame's job: rejected by a call that failed before it first waited, so that who called it is on
 * its error's stack already.
 */
export const THROWN = 3;

export interface PromiseFields {
  state: PromiseState | typeof THROWN;
  /** The value or reason; undefined while pending. */
  value: unknown;
  /** None once settled. */
  reactions: readonly Reaction[];
  /** A handler has ever been attached ([[PromiseIsHandled]]). */
  handled: boolean;
  /** What durable operation settles it, where that matters later. */
  origin: Origin | undefined;
}

/** Reaction lists are searched for spent entries when they reach this length, and at every doubling. */
const PRUNE_FROM = 8;

/** Added to the state of a promise that a handler has ever been attached to; to make THROWN of REJECTED; and of one with an origin. */
const HANDLED = 4;
const AT_ONCE = 8;
const DURABLE = 16;
const STATE_BITS = 3;

const origins = sideRecords<Origin | undefined>();

let intrinsic: unknown;
let convert: (value: unknown) => GPromise;

/** Says what %Promise% is, and PromiseResolve(%Promise%, value) for any value. */
export function setIntrinsicPromise(Class: unknown, toPromise: (value: unknown) => GPromise): void {
  intrinsic = Class;
  convert = toPromise;
}

/**
 * A promise object: `GPromise.prototype` is %Promise.prototype%. Few private fields, because putting them on the object
 * is most of what making one costs.
 */
export class GPromise {
  /** PromiseState, plus HANDLED, AT_ONCE, DURABLE. */
  #status: number = PENDING;
  /** While pending nothing, one reaction or a list of them; then the value or reason. */
  #content: unknown = undefined;

  /** IsPromise. */
  static is(this: void, value: unknown): value is GPromise {
    return typeof value === "object" && value !== null && #status in value;
  }

  /** Everything that a checkpoint has to keep of a promise besides its prototype and own properties. */
  static inspect(this: void, promise: GPromise): PromiseFields {
    const state = GPromise.stateOf(promise);
    return {
      state: (promise.#status & AT_ONCE) === 0 ? state : THROWN,
      value: state === PENDING ? undefined : promise.#content,
      reactions: state === PENDING ? listOf(promise.#content as Reaction | Reactions | undefined) : [],
      handled: GPromise.isHandled(promise),
      origin: GPromise.originOf(promise),
    };
  }

  /** A pending promise with the given prototype, to be filled. */
  static revive(this: void, prototype: object | null): GPromise {
    const promise = new GPromise();
    if (prototype !== GPromise.prototype) Object.setPrototypeOf(promise, prototype);
    return promise;
  }

  /** Gives a revived promise its state. */
  static fill(this: void, promise: GPromise, { state, handled, reactions, value, origin }: PromiseFields): void {
    promise.#status = (state === THROWN ? REJECTED + AT_ONCE : state) + (handled ? HANDLED : 0);
    promise.#content = value;
    if (state === PENDING) promise.#content = reactions.length > 1 ? [LIST, ...reactions] : reactions[0];
    GPromise.setOrigin(promise, origin);
  }

  static stateOf(this: void, promise: GPromise): PromiseState {
    return (promise.#status & STATE_BITS) as PromiseState;
  }

  static valueOf(this: void, promise: GPromise): unknown {
    return (promise.#status & STATE_BITS) === PENDING ? undefined : promise.#content;
  }

  static isHandled(this: void, promise: GPromise): boolean {
    return (promise.#status & HANDLED) !== 0;
  }

  static originOf(this: void, promise: GPromise): Origin | undefined {
    return (promise.#status & DURABLE) === 0 ? undefined : origins.get(promise);
  }

  static setOrigin(this: void, promise: GPromise, origin: Origin | undefined): void {
    if (origin === undefined && (promise.#status & DURABLE) === 0) return;
    promise.#status |= DURABLE;
    origins.set(promise, origin);
  }

  /** FulfillPromise and RejectPromise; does nothing to a settled promise. */
  static settle(this: void, promise: GPromise, state: Settled, value: unknown): void {
    const status = promise.#status;
    if ((status & STATE_BITS) !== PENDING) return;
    const reactions = promise.#content as Reaction | Reactions | undefined;
    promise.#status = status + state;
    promise.#content = value;
    if (reactions === undefined) {
      if (state === REJECTED && (status & HANDLED) === 0) currentTurn().instance.state.unhandled.push(promise);
    } else if (reactions[0] === LIST) {
      for (let i = 1; i < reactions.length; i++) enqueue(reactions[i] as Reaction, state, value);
    } else {
      enqueue(reactions as Reaction, state, value);
    }
  }

  /** A promise that is fulfilled with what is no object. */
  static fulfilled(this: void, value: unknown): GPromise {
    const promise = new GPromise();
    promise.#status = FULFILLED;
    promise.#content = value;
    return promise;
  }

  /** Rejects the promise of a call that failed before it first waited. See GuestHelpers.$rejected. */
  static failed(this: void, error: unknown, promise: GPromise = new GPromise()): GPromise {
    promise.#status = REJECTED + AT_ONCE;
    promise.#content = caught(error);
    currentTurn().instance.state.unhandled.push(promise);
    return promise;
  }

  /** PerformPromiseThen; without a capability the outcome of the handlers goes nowhere. */
  static handle(
    this: void,
    promise: GPromise,
    fulfilled: AnyFunction | undefined,
    rejected: AnyFunction | undefined,
    capability?: Capability,
  ): void {
    GPromise.react(promise, [THEN, capability, fulfilled, rejected]);
  }

  /** PerformPromiseThen for any reaction. */
  static react(this: void, promise: GPromise, plain: PlainReaction): void {
    const scope = current?.scope;
    const reaction: Reaction = scope === undefined ? plain : [SCOPED, scope, plain];
    if ((promise.#status & DURABLE) !== 0) {
      const origin = origins.get(promise);
      if (origin !== undefined) onObserved(promise, origin, (promise.#status & STATE_BITS) === PENDING);
    }
    const status = promise.#status | HANDLED;
    promise.#status = status;
    const state = status & STATE_BITS;
    if (state !== PENDING) {
      const thrown = (status & AT_ONCE) !== 0 && typeof plain[0] === "object";
      enqueue(reaction, thrown ? THROWN : (state as Settled), promise.#content);
      return;
    }
    const reactions = promise.#content as Reaction | Reactions | undefined;
    promise.#content = reactions === undefined ? reaction : withReaction(reactions, reaction);
  }

  /**
   * Parks the frame on `value`: PromiseResolve(%Promise%, value), then the frame as the reaction. In one function, because
   * it is what a program does most. See GuestHelpers.$await.
   */
  static park(this: void, frame: Frame, value: unknown): SuspensionToken {
    if (typeof value === "object" ? value === null : typeof value !== "function") {
      // The promise of a primitive is fulfilled at once, and nobody would ever see it.
      const scope = current?.scope;
      enqueue(scope === undefined ? frame : [SCOPED, scope, frame], FULFILLED, value);
      return SUSPENDED;
    }
    if (!(#status in (value as object)) || (value as object).constructor !== intrinsic) {
      GPromise.react(convert(value), frame);
      return SUSPENDED;
    }
    const promise = value as GPromise;
    const status = promise.#status;
    const state = status & STATE_BITS;
    if (status >= DURABLE || current?.scope !== undefined) {
      GPromise.react(promise, frame);
    } else if (state !== PENDING) {
      promise.#status = status | HANDLED;
      enqueue(frame, status < AT_ONCE ? (state as Settled) : THROWN, promise.#content);
    } else {
      promise.#status = status | HANDLED;
      const reactions = promise.#content as Reaction | Reactions | undefined;
      promise.#content = reactions === undefined ? frame : withReaction(reactions, frame);
    }
    return SUSPENDED;
  }

  /** True if settling the promise can have an effect: a reaction that is not spent. */
  static isObserved(this: void, promise: GPromise): boolean {
    if ((promise.#status & STATE_BITS) !== PENDING) return false;
    return listOf(promise.#content as Reaction | Reactions | undefined).some((reaction) => !isSpent(reaction));
  }
}

function listOf(reactions: Reaction | Reactions | undefined): readonly Reaction[] {
  if (reactions === undefined) return [];
  return reactions[0] === LIST ? (reactions.slice(1) as Reaction[]) : [reactions as Reaction];
}

function withReaction(reactions: Reaction | Reactions, added: Reaction): Reactions {
  if (reactions[0] !== LIST) return [LIST, reactions as Reaction, added];
  const list = reactions as Reactions;
  const count = list.length - 1;
  if (count >= PRUNE_FROM && (count & (count - 1)) === 0) {
    return [LIST, ...listOf(list).filter((reaction) => !isSpent(reaction)), added];
  }
  list.push(added);
  return list;
}

/** Whether the two resolving functions of a promise have been used, and what to look after when they are. */
export interface ResolvingFlag {
  done: boolean;
  /** Timers that only wait for this promise's sake: they are cancelled when it is resolved and nobody else waits. */
  timers: GPromise[] | undefined;
}

type SpentTest = (captures: readonly unknown[]) => boolean;
const spentTests = new Map<string, SpentTest>();

/** Declares how to see that a runtime closure can have no effect any more (P3). */
export function whenSpent(code: Code, test: SpentTest): void {
  spentTests.set(code.id, test);
}

/** True if a runtime closure can have no effect any more. */
export function isSpentFunction(fn: AnyFunction | undefined): boolean {
  const closure = fn === undefined ? undefined : registered(fn);
  return closure !== undefined && (spentTests.get(closure.code.id)?.(closure.captures) ?? false);
}

function isSpent(reaction: Reaction): boolean {
  if (reaction[0] === SCOPED) return isSpent(reaction[2] as Reaction);
  if (reaction[0] === ELEMENT) return isSpentFunction((reaction as ElementReaction)[1].capability.reject);
  if (reaction[0] !== THEN) return false;
  const { 1: capability, 2: fulfilled, 3: rejected } = reaction as ThenReaction;
  if (capability === undefined) return isSpentFunction(fulfilled) && isSpentFunction(rejected);
  const promise = GPromise.is(capability) ? capability : capability.promise;
  return GPromise.is(promise) && GPromise.stateOf(promise) !== PENDING;
}
