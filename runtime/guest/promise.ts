/**
 * The state of a promise and the abstract operations on it (ECMA-262 §27.2.1). The constructor and its methods are in
 * promise-constructor.ts and promise-combinators.ts.
 *
 * P1  A pending promise's reactions are plain data; for `await` the reaction is the waiting frame itself.
 * P2  Every function that user code can get hold of is a registered closure, so a checkpoint can hold it.
 * P3  A reaction that can have no effect any more (the lost side of a race) may be forgotten at any time.
 */
import type { AnyFunction } from "../protocol/helpers.js";
import { currentTurn, runningScope } from "./current.js";
import type { Frame } from "./frame.js";
import { type Origin, onObserved } from "./origin.js";
import { type Code, closureOf } from "./registry.js";
import type { Scope } from "./scope.js";

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

/** What one call of `then` left: both handlers, and what they settle (nothing for the runtime's own handlers). */
export interface ThenReaction {
  capability: Capability | undefined;
  fulfilled: AnyFunction | undefined;
  rejected: AnyFunction | undefined;
}
/** A reaction that belongs to a cancellation scope. */
export interface ScopedReaction {
  readonly scope: Scope;
  readonly scoped: Frame | ThenReaction;
}
export type Reaction = Frame | ThenReaction | ScopedReaction;

/** Work for the job queue: a reaction to a settled promise, or asking a thenable for its outcome. */
export type Job =
  | { readonly reaction: Reaction; readonly state: Settled; readonly value: unknown }
  | { readonly promise: GPromise; readonly thenable: object; readonly then: AnyFunction };

export interface PromiseFields {
  state: PromiseState;
  /** The value or reason; undefined while pending. */
  value: unknown;
  /** Undefined once settled, and as long as there is none. */
  reactions: Reaction[] | undefined;
  /** A handler has ever been attached ([[PromiseIsHandled]]). */
  handled: boolean;
  /** What durable operation settles it, where that matters later. */
  origin: Origin | undefined;
}

/** Reaction lists are searched for spent entries when they reach this length, and at every doubling. */
const PRUNE_FROM = 8;

/** Added to the state of a promise that a handler has ever been attached to. */
const HANDLED = 4;
const STATE_BITS = 3;

/**
 * A promise object: `GPromise.prototype` is %Promise.prototype%. Few private fields, because putting them on the object
 * is most of what making one costs.
 */
export class GPromise {
  /** PromiseState, plus HANDLED. */
  #status: number = PENDING;
  /** While pending the reactions (undefined as long as there is none), then the value or reason. */
  #content: unknown = undefined;
  #origin: Origin | undefined = undefined;

  /** IsPromise. */
  static is(this: void, value: unknown): value is GPromise {
    return typeof value === "object" && value !== null && #status in value;
  }

  /** Everything that a checkpoint has to keep of a promise besides its prototype and own properties. */
  static inspect(this: void, promise: GPromise): PromiseFields {
    const state = GPromise.stateOf(promise);
    return {
      state,
      value: state === PENDING ? undefined : promise.#content,
      reactions: state === PENDING ? (promise.#content as Reaction[] | undefined) : undefined,
      handled: GPromise.isHandled(promise),
      origin: promise.#origin,
    };
  }

  /** A pending promise with the given prototype, to be filled. */
  static revive(this: void, prototype: object | null): GPromise {
    const promise = new GPromise();
    if (prototype !== GPromise.prototype) Object.setPrototypeOf(promise, prototype);
    return promise;
  }

  /** Gives a revived promise its state. */
  static fill(this: void, promise: GPromise, fields: PromiseFields): void {
    promise.#status = fields.state + (fields.handled ? HANDLED : 0);
    promise.#content = fields.state === PENDING ? fields.reactions : fields.value;
    promise.#origin = fields.origin;
  }

  static stateOf(this: void, promise: GPromise): PromiseState {
    return (promise.#status & STATE_BITS) as PromiseState;
  }

  static valueOf(this: void, promise: GPromise): unknown {
    return (promise.#status & STATE_BITS) === PENDING ? undefined : promise.#content;
  }

  static isHandled(this: void, promise: GPromise): boolean {
    return promise.#status >= HANDLED;
  }

  static originOf(this: void, promise: GPromise): Origin | undefined {
    return promise.#origin;
  }

  static setOrigin(this: void, promise: GPromise, origin: Origin | undefined): void {
    promise.#origin = origin;
  }

  /** FulfillPromise and RejectPromise; does nothing to a settled promise. */
  static settle(this: void, promise: GPromise, state: Settled, value: unknown): void {
    const status = promise.#status;
    if ((status & STATE_BITS) !== PENDING) return;
    const reactions = promise.#content as Reaction[] | undefined;
    promise.#status = status + state;
    promise.#content = value;
    if (reactions === undefined) {
      if (state === REJECTED && status < HANDLED) currentTurn().instance.state.unhandled.push(promise);
      return;
    }
    const { jobs } = currentTurn().instance.state;
    for (let i = 0; i < reactions.length; i++) {
      const job: Job = { reaction: reactions[i] as Reaction, state, value };
      jobs.push(job);
    }
  }

  /** PerformPromiseThen. */
  static react(this: void, promise: GPromise, plain: Frame | ThenReaction): void {
    const scope = runningScope();
    const reaction: Reaction = scope === undefined ? plain : { scope, scoped: plain };
    const status = promise.#status;
    const state = (status & STATE_BITS) as PromiseState;
    if (promise.#origin !== undefined) onObserved(promise, promise.#origin, state === PENDING);
    if (status < HANDLED) promise.#status = status + HANDLED;
    if (state !== PENDING) {
      const job: Job = { reaction, state, value: promise.#content };
      currentTurn().instance.state.jobs.push(job);
      return;
    }
    let reactions = promise.#content as Reaction[] | undefined;
    if (reactions === undefined) {
      promise.#content = [reaction];
      return;
    }
    const { length } = reactions;
    if (length >= PRUNE_FROM && (length & (length - 1)) === 0) {
      reactions = reactions.filter((r) => !isSpent(r));
      promise.#content = reactions;
    }
    reactions.push(reaction);
  }

  /** True if settling the promise can have an effect: a reaction that is not spent. */
  static isObserved(this: void, promise: GPromise): boolean {
    if ((promise.#status & STATE_BITS) !== PENDING) return false;
    return (promise.#content as Reaction[] | undefined)?.some((reaction) => !isSpent(reaction)) ?? false;
  }
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
  const closure = fn === undefined ? undefined : closureOf(fn);
  return closure !== undefined && (spentTests.get(closure.code.id)?.(closure.captures) ?? false);
}

function isSpent(reaction: Reaction): boolean {
  if ("scoped" in reaction) return isSpent(reaction.scoped);
  if (!("capability" in reaction)) return false;
  const { capability } = reaction;
  if (capability === undefined) return isSpentFunction(reaction.fulfilled) && isSpentFunction(reaction.rejected);
  const promise = GPromise.is(capability) ? capability : capability.promise;
  return GPromise.is(promise) && GPromise.stateOf(promise) !== PENDING;
}
