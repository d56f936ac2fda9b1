/** What each kind of event does to the execution: one entry per kind. Jobs run afterwards. */
import type { ControlKind, Event, EventKind, EventOf } from "../protocol/event.js";
import type { Outcome } from "../protocol/value.js";
import { currentTurn } from "./current.js";
import { keyOf } from "./numbers.js";
import { keepForOrphan } from "./operations/attempts.js";
import { cancelExecution } from "./operations/cancel.js";
import { settleWith, takeOperation } from "./operations/durable.js";
import { startExecution } from "./operations/execution.js";
import { answerQuery } from "./operations/query.js";
import { deliverSignal } from "./operations/signal.js";
import { FULFILLED, GPromise } from "./promise.js";

type Applied = Exclude<EventKind, ControlKind>;

const APPLY: { readonly [K in Applied]: (event: EventOf<K>) => void } = {
  start: startExecution,
  task: answer,
  sent: answer,
  child(event) {
    if (!keepForOrphan(event.seq, event.outcome)) answer(event);
  },
  signal: ({ signal, payload, request }) => deliverSignal(signal, payload, request),
  cancel: ({ reason }) => cancelExecution(reason),
  query: ({ query, input }) => answerQuery(query, input),
  timer({ seq }) {
    // A timer that was taken back may have fired before the host heard of it.
    const promise = takeOperation(seq);
    if (promise !== undefined) GPromise.settle(promise, FULFILLED, undefined);
  },
};

/** Applies one event to the running execution. */
export function applyEvent<K extends Applied>(event: Event): void {
  const apply: ((event: EventOf<K>) => void) | undefined = APPLY[event.kind as K];
  if (apply === undefined) throw new TypeError(`a ${event.kind} event is the engine's own`);
  apply(event as EventOf<K>);
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
