/** `Symbol.dispose`, `Symbol.asyncDispose` and SuppressedError, where the engine has none. */
import { defineGlobal } from "./define.js";

const symbolOf = (name: "dispose" | "asyncDispose"): symbol => {
  const known: unknown = Reflect.get(Symbol, name);
  if (typeof known === "symbol") return known;
  const made = Symbol(`Symbol.${name}`);
  Object.defineProperty(Symbol, name, { value: made, writable: false, enumerable: false, configurable: false });
  return made;
};

/** The well-known symbols of explicit resource management. */
export const disposeSymbols = { dispose: symbolOf("dispose"), asyncDispose: symbolOf("asyncDispose") };

const { construct } = Reflect;
const hidden = (value: unknown) => ({ value, writable: true, enumerable: false, configurable: true });

/** A plain function, because it may be called without `new`. */
const SuppressedErrorConstructor = function (this: unknown, error: unknown, suppressed: unknown, message: unknown) {
  const made: object = construct(
    Error,
    [],
    (new.target as unknown as (() => void) | undefined) ?? SuppressedErrorConstructor,
  );
  if (message !== undefined) Object.defineProperty(made, "message", hidden(`${message as string}`));
  Object.defineProperty(made, "error", hidden(error));
  Object.defineProperty(made, "suppressed", hidden(suppressed));
  return made;
} as unknown as (...args: unknown[]) => object;

const prototype: object = Object.create(Error.prototype, {
  constructor: hidden(SuppressedErrorConstructor),
  name: hidden("SuppressedError"),
  message: hidden(""),
});
Object.defineProperties(SuppressedErrorConstructor, {
  name: { value: "SuppressedError", configurable: true },
  length: { value: 3, configurable: true },
  prototype: { value: prototype, writable: false, enumerable: false, configurable: false },
});
Object.setPrototypeOf(SuppressedErrorConstructor, Error);

/** Puts SuppressedError into the realm, unless the engine has it. */
export function installDispose(): void {
  if (Reflect.has(globalThis, "SuppressedError")) return;
  defineGlobal("SuppressedError", SuppressedErrorConstructor);
}

/** The error for a disposal that failed after `suppressed` had been thrown. */
export function suppressedError(error: unknown, suppressed: unknown): object {
  return construct(SuppressedErrorConstructor, [error, suppressed]);
}
