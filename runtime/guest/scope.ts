/**
 * Cancellation scopes: which part of an execution a piece of code belongs to. The running scope travels with the
 * reactions of promises (promise.ts), so that a continuation runs in the scope in which it was left. Plain data.
 *
 * C1  Code of the execution itself runs in no scope (`undefined`): whoever uses none pays nothing.
 * C2  What is cancelled stays cancelled: durable operations in it are refused from then on.
 * C3  A shield keeps out every cancellation from outside of it.
 */
import { CancelledError } from "../protocol/errors.js";
import { currentTurn } from "./current.js";

export interface Scope {
  readonly parent: Scope | undefined;
  readonly shield: boolean;
  cancelled: Cancellation | undefined;
}

export interface Cancellation {
  readonly reason: string | undefined;
}

/** A new scope inside the running one. */
export function innerScope(shield: boolean): Scope {
  return { parent: currentTurn().scope, shield, cancelled: undefined };
}

/** A scope that no cancellation reaches. */
export function shield(): Scope {
  return { parent: undefined, shield: true, cancelled: undefined };
}

/** Runs `action` in `scope`. */
export function within<T>(scope: Scope | undefined, action: () => T): T {
  const turn = currentTurn();
  const outer = turn.scope;
  turn.scope = scope;
  try {
    return action();
  } finally {
    turn.scope = outer;
  }
}

/** The cancellation that holds in `scope`; undefined if none does. */
export function cancellationOf(scope: Scope | undefined): Cancellation | undefined {
  for (let at = scope; at !== undefined; at = at.parent) {
    if (at.cancelled !== undefined) return at.cancelled;
    if (at.shield) return undefined;
  }
  return currentTurn().instance.state.cancellation;
}

/** True if a cancellation of `outer` (of the whole execution if undefined) reaches `scope`. */
export function isReached(scope: Scope | undefined, outer: Scope | undefined): boolean {
  for (let at = scope; at !== outer; at = at?.parent) {
    if (at === undefined || at.shield) return false;
  }
  return true;
}

/** What cancelled operations reject with. */
export function cancelledError({ reason }: Cancellation): CancelledError {
  return new CancelledError(reason ?? "cancelled");
}
