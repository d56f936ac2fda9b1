/** Functions that refuse: parts of the API that are not there, or not here. */
import type { AnyFunction } from "../../protocol/helpers.js";
import { notSupported } from "../errors.js";
import { makeClosure, runtimeCode } from "../registry.js";

/** A function that refuses: its capture says what. */
const refusingCode = runtimeCode("rt:notSupported", ([what]) => () => {
  throw notSupported(String(what));
});

/** A function for a part of the API that is not supported; calling it throws Fault EV5002. */
export function unsupported(what: string): AnyFunction {
  return makeClosure(refusingCode, [what]);
}
