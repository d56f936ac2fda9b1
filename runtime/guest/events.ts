/** What each kind of event does to the execution: one entry per kind. Jobs run afterwards. */
import type { Event, EventKind, EventOf } from "../protocol/event.js";
import type { Outcome } from "../protocol/value.js";
import { currentTurn } from "./current.js";
import { keyOf } from "./numbers.js";
import { settleWith, takeOperation } from "./operations/durable.js";
import { startExecution } from "./operations/execution.js";
import { deliverSignal } from "./operations/signal.js";
import { FULFILLED, GPromise } from "./promise.js";

const APPLY: { readonly [K in EventKind]: (event: EventOf<K>) => void } = {
  start: startExecution,
  task: answer,
  sent: answer,
  signal: ({ signal, payload }) => deliverSignal(signal, payload),
  timer({ seq }) {
    // A timer that was taken back may have fired before the host heard of it.
    const promise = takeOperation(seq);
    if (promise !== undefined) GPromise.settle(promise, FULFILLED, undefined);
  },
};

/** Applies one event to the running execution. */
export function applyEvent<K extends EventKind>(event: Event & EventOf<K>): void {
  const apply: (event: EventOf<K>) => void = APPLY[event.kind as K];
  apply(event);
}

/** An operation that was given up may have been answered before the host heard of it; one never begun cannot. */
function answer({
  kind,
  seq,
  outcome,
}: {
  readonly kind: string;
  readonly seq: number;
  readonly outcome: Outcome;
}): void {
  if (keyOf(seq) > currentTurn().instance.state.seq) {
    throw new TypeError(`operation ${seq} does not wait for a ${kind} event`);
  }
  const promise = takeOperation(seq);
  if (promise !== undefined) settleWith(promise, outcome);
}
