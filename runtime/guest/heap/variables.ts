/**
 * Reading a module's variables.
 */

/** The value of a variable; undefined while it is not initialised. */
export function readVariable(variable: readonly [() => unknown, unknown] | undefined): unknown {
  try {
    return variable?.[0]();
  } catch {
    // Reading it before its declaration has been evaluated is a ReferenceError, and says the same.
    return undefined;
  }
}
