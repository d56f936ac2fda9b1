/** The refusals of the test environment (EV8601–EV8699): one function per code. */
import { Fault } from "../protocol/fault.js";

/** EV8601 */
export function notCompiled(entry: string, findings: string): Fault {
  return new Fault("EV8601", `The program under test does not compile:\n${findings}`, {
    place: entry,
    remedy: "Mend what the compiler found; `eventualc check` finds the same.",
  });
}

/** EV8602. `story` is the test's setting and the last things that happened. */
export function nothingMore(what: string, story: string): Fault {
  return new Fault("EV8602", `${what}, and nothing more can happen by itself\n${story}`, {
    remedy: "Send the signal, complete the task or do what else the execution waits for before you wait for it.",
  });
}

/** EV8603 */
export function neverIdle(steps: number, story: string): Fault {
  return new Fault("EV8603", `The executions are not idle after ${steps} steps of time\n${story}`, {
    remedy: "An execution that never ends is tested with tick(), tickUntil() or until(), which say how far to go.",
  });
}

/** EV8604 */
export function notInProgram(kind: string, name: string, known: readonly string[]): Fault {
  const others = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  return new Fault("EV8604", `The program has no ${kind} "${name}"; ${others}`, {
    remedy: `Give the definition, or the name under which the program defines the ${kind}.`,
  });
}

/** EV8605 */
export function engineTrouble(problems: readonly string[], story: string): Fault {
  return new Fault("EV8605", `The engine had trouble during the test: ${problems.join("; ")}\n${story}`, {
    remedy: "Look at the first problem; the others often follow from it.",
  });
}

/** EV8606 */
export function isSuspended(execution: string, reason: string, story: string): Fault {
  return new Fault("EV8606", `The execution ${execution} is suspended: ${reason}\n${story}`, {
    place: execution,
    remedy: "Mend the cause, or resume it when the test suspended it itself.",
  });
}

/** EV8607 */
export function databaseInMemory(what: string): Fault {
  return new Fault("EV8607", `${what} needs a database that outlives its engine`, {
    remedy: 'Leave `database` out, or give a path instead of ":memory:".',
  });
}

/** EV8608 */
export function fakeTimers(): Fault {
  return new Fault("EV8608", "The test's framework has replaced setTimeout and setImmediate, which the engine needs", {
    remedy:
      "Leave useFakeTimers() and mock.timers out: the environment has its own virtual clock. To fake the test's own Date, name it alone, as in useFakeTimers({ toFake: ['Date'] }).",
  });
}

/** EV6009: as the store says it. */
export function refusedCommit(): Fault {
  return new Fault("EV6009", "the disk is full, says the test", { remedy: "It is the test that refuses this commit." });
}
