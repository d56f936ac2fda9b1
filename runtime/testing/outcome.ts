import { decode, type Outcome } from "../protocol/value.js";

/** The value of an outcome; throws its error. */
export function unwrap(outcome: Outcome): unknown {
  if (outcome.ok) return decode(outcome.value);
  throw decode(outcome.error);
}
