/**
 * Outcomes of calls that did not give a result: how what was thrown, by the handler or by this runtime, is put into an
 * `Outcome`. Whatever is thrown, an outcome comes out.
 */
import { EventualError, TaskInterrupted, UnserializableError } from "../protocol/errors.js";
import { PAYLOAD_UNITS_MAX } from "../protocol/payload.js";
import { encodeError, type Outcome } from "../protocol/value.js";
import type { ClassTable } from "../protocol/value-classes.js";
import type { StackText } from "../protocol/value-errors.js";

/** The outcome of a handler that threw `thrown`: an error with its class, message, stack, fields and cause, or any value. */
export function failure(thrown: unknown, classes?: ClassTable, stackText?: StackText): Outcome {
  try {
    const error = encodeError(thrown, classes, stackText);
    if (error.length > PAYLOAD_UNITS_MAX)
      throw new RangeError(`it has ${error.length} characters; at most ${PAYLOAD_UNITS_MAX} can be passed`);
    return { ok: false, error };
  } catch (problem) {
    // A hostile getter or proxy, or a text without end: say at least that the task threw.
    return { ok: false, error: encodeError(undescribed(problem)) };
  }
}

/** The outcome of a call whose attempt was cut off. `message` says by what. */
export function interrupted(message: string): Outcome {
  return failure(withoutStack(new TaskInterrupted(message, { code: "EV7020" })));
}

/** The outcome of a call for a task that the program does not have. */
export function unknownTask(task: string, known: readonly string[]): Outcome {
  const others = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  return failure(
    withoutStack(
      new EventualError("TaskNotFound", `the program has no task "${task}" (${others})`, { code: "EV7011" }),
    ),
  );
}

/** The outcome of a call whose program cannot be used by the thread. `message` says why. */
export function programUnavailable(message: string): Outcome {
  return failure(withoutStack(new EventualError("ProgramUnavailable", message, { code: "EV7012" })));
}

/** The outcome of a question that nobody in this process answers. */
export function unanswered(): Outcome {
  return failure(withoutStack(new EventualError("EngineUnavailable", "no engine answers here", { code: "EV7012" })));
}

/** Frames of the runtime tell an author nothing. */
function withoutStack<E extends Error>(error: E): E {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

function undescribed(problem: unknown): Error {
  const why = problem instanceof Error ? problem.message : typeof problem;
  return withoutStack(
    new UnserializableError(`the task threw a value that cannot be copied: ${why}`, { code: "EV7013" }),
  );
}
