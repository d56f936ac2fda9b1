/** `Symbol.dispose`, `Symbol.asyncDispose` and SuppressedError, where the engine has none. */
const symbolOf = (name: "dispose" | "asyncDispose"): symbol => {
  const known: unknown = Reflect.get(Symbol, name);
  if (typeof known === "symbol") return known;
  const made = Symbol(`Symbol.${name}`);
  Object.defineProperty(Symbol, name, { value: made, writable: false, enumerable: false, configurable: false });
  return made;
};

/** The well-known symbols of explicit resource management. */
export const disposeSymbols = { dispose: symbolOf("dispose"), asyncDispose: symbolOf("asyncDispose") };

/** The error for a disposal that failed after `suppressed` had been thrown. */
export function suppressedError(error: unknown, suppressed: unknown): unknown {
  const Class: unknown = Reflect.get(globalThis, "SuppressedError");
  if (typeof Class === "function") return Reflect.construct(Class, [error, suppressed]);
  return new AggregateError([error, suppressed], "an error was suppressed during disposal");
}
