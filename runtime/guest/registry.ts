/**
 * Every function that is made at run time and may outlive its activation is a pair [code, captures] (invariant I3). Most
 * functions of user code tell their pair when they are asked (asking.ts); this table knows the pairs of the others, of the
 * guest runtime's own closures, and of what has been asked.
 */
import type { AnyFunction, FunctionKind, MakeFunction, StepFunction } from "../protocol/helpers.js";
import type { Frame } from "./frame.js";
import { dressFunction } from "./function-kinds.js";
import type { Settled } from "./promise.js";
import { sideRecords } from "./side-record.js";

/** Goes on with a frame that has awaited, where it is not an async function's. */
export type Resume = (frame: Frame, state: Settled, value: unknown) => void;

/** The code of one function: of user code (`src/a.ts#f`) or of this runtime (`rt:…`). */
export class Code {
  readonly id: string;
  readonly make: MakeFunction | null;
  /** Throws where the function's calls are no frames. */
  readonly step: StepFunction;
  /** Of functions whose calls are frames. */
  readonly kind: FunctionKind | undefined;
  readonly resume: Resume | undefined;
  /** A generator whose parameters are evaluated by the call. */
  readonly eager: boolean;
  /** Its functions tell what they have captured: see GuestHelpers.$maker. */
  readonly tells: boolean;

  constructor(
    id: string,
    make: MakeFunction | null,
    step: StepFunction | null,
    kind: FunctionKind | undefined,
    resume?: Resume,
    eager = false,
    tells = false,
  ) {
    this.id = id;
    this.make = make;
    this.step = step ?? noStep;
    this.kind = kind;
    this.resume = resume;
    this.eager = eager;
    this.tells = tells;
  }

  /** True if calls are frames. */
  get hasFrames(): boolean {
    return this.step !== noStep;
  }
}

function noStep(): never {
  throw new TypeError("a function without frames cannot be resumed");
}

export type Captures = readonly unknown[];

export interface Closure {
  readonly code: Code;
  readonly captures: Captures;
}

const { apply } = Reflect;
const NO_CAPTURES: Captures = [];
const closures = sideRecords<Closure>();
/** The runtime's own codes, the same in every execution of the realm. */
export const runtimeCodes = new Map<string, Code>();

/** The function of a code, unregistered. */
export function makeFunction(code: Code, captures: Captures = NO_CAPTURES): AnyFunction {
  const { make, kind } = code;
  if (make === null) throw new TypeError(`${code.id} has no factory`);
  if (kind !== undefined) return dressFunction(make(captures, code), kind);
  return code.tells ? (apply(make, undefined, captures) as AnyFunction) : make(captures, code);
}

/** A function whose pair can be found. */
export function makeClosure(code: Code, captures: Captures = NO_CAPTURES): AnyFunction {
  const fn = makeFunction(code, captures);
  if (!code.tells) register(fn, { code, captures });
  return fn;
}

/** Notes the pair of a function that has none here yet. */
export function register(fn: AnyFunction, closure: Closure): void {
  closures.add(fn, closure);
}

/** The pair of a registered function; undefined for any other. */
export function registered(fn: AnyFunction): Closure | undefined {
  return closures.get(fn);
}

/**
 * Declares a closure kind of the runtime: `const onDone = runtimeCode("rt:onDone", ({ 0: p }) => (v) => …)`. Captures are
 * read by index, which costs a tenth of iterating them and does not depend on how arrays are iterated.
 */
export function runtimeCode(id: `rt:${string}`, make: MakeFunction): Code {
  return declare(new Code(id, make, null, undefined));
}

/** Declares an async function of the runtime, written as a state machine: its calls are frames like those of user code. */
export function runtimeSteps(id: `rt:${string}`, step: StepFunction): Code {
  return declare(new Code(id, null, step, undefined));
}

function declare(code: Code): Code {
  if (runtimeCodes.has(code.id)) throw new TypeError(`duplicate runtime code ${code.id}`);
  runtimeCodes.set(code.id, code);
  return code;
}
