/**
 * The part of node:test that the heap tests use, for the sandbox's engine: runs a test at once and keeps its outcome.
 */

interface Outcome {
  readonly name: string;
  readonly error: string | undefined;
}

const outcomes: Outcome[] = [];
Reflect.set(globalThis, "outcomes", outcomes);

/** Runs a test. */
export function test(name: string, work: () => void): void {
  let error: string | undefined;
  try {
    work();
  } catch (thrown) {
    error = thrown instanceof Error ? `${String(thrown)}\n${thrown.stack ?? ""}${cause(thrown)}` : String(thrown);
  }
  outcomes.push({ name, error });
}

function cause(error: Error): string {
  return error.cause instanceof Error ? `caused by ${String(error.cause)}\n${error.cause.stack ?? ""}` : "";
}
