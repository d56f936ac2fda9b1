/**
 * The helpers that lowered code calls: names and signatures, once. `compiler/lower` can print only these names, and
 * `runtime/guest/helpers.ts` implements exactly them. The program's factory receives them as one object.
 *
 * Shape of lowered code:
 *
 *   const $k1 = $code("src/a.ts#f", make, step, "async");
 *   const f = $fn($k1);                                              // an async function of module level
 *   const $k2 = $maker("src/a.ts#f/g", (x, $e1) => (y) => { if ($asking.on) return [x, $e1]; … });
 *   const g = $k2(x, $e1);                                           // a function made at run time
 *
 *   step = function* ($f) { … }      of a generator: runs on from the frame's resume point; see ToldRef
 *   step = ($f, $m, $v) => { … }     of the others. $m: 0 first entry, 1 resumed with value $v, 2 with error $v, 3 told to return $v
 *                                    returns $await(…)'s token to suspend, any other value to finish, throws to fail
 *                                    $f: the frame, see FRAME
 *   make = ($c, $k) => function      $c: the captures array, $k: the code itself; gives the native function, which for
 *                                    code with frames starts one: $async([$k, 0, void 0, this, $c, a, b])
 */
export interface GuestHelpers {
  /**
   * Registers the code of one function. `make` is null for functions that only exist at module level. `kind` for those
   * that suspend; `eager`: a generator whose parameters are evaluated by the call, in a state of their own.
   */
  $code(
    id: string,
    make: MakeFunction | null,
    step: StepFunction | null,
    kind?: FunctionKind,
    eager?: boolean,
  ): CodeRef;
  /**
   * The same for functions that tell: made at run time, with parameters that can be anything, they give what they have
   * captured, if anything, while `$asking.on`. So they need not be registered when they are made, which would cost more
   * than making them. Gives what makes one of its captures: `make` itself, unless calls are frames.
   */
  $maker(
    id: string,
    make: MakeFunction,
    step?: StepFunction | null,
    kind?: FunctionKind,
    eager?: boolean,
  ): (...captures: unknown[]) => AnyFunction;
  /** While `on`, the runtime asks functions what they have captured. */
  readonly $asking: AskingRef;
  /** A function made at run time that does not tell, registered so that a checkpoint can hold it. */
  $clo(code: CodeRef, captures?: readonly unknown[]): AnyFunction;
  /** Like `$clo` but unregistered: for callbacks that provably do not outlive the call they are given to. */
  $fn(code: CodeRef, captures?: readonly unknown[]): AnyFunction;
  /** Starts an async function's frame, whose first slots are the arguments. */
  $async(frame: FrameRef): PromiseLike<unknown>;
  /** What the call of an async function gives that never waits, and so has no frame: its promise, by its outcome. */
  $resolved(value: unknown): PromiseLike<unknown>;
  $rejected(error: unknown): PromiseLike<unknown>;
  /** Parks the frame on `value`; the step function returns what this returns, here and below. */
  $await(frame: FrameRef, value: unknown): SuspensionToken;
  /** Calls a generator function: `fn` is the function object, whose `prototype` the generator inherits from. */
  $gen(fn: unknown, frame: FrameRef): object;
  /** The parameters of an eager async generator are evaluated. */
  $begin(frame: FrameRef): SuspensionToken;
  /** What the runtime sends a generator that rests, in place of a value: see ToldRef. */
  readonly $told: ToldRef;
  /** Opens the iterator of `yield* iterable`. */
  $delegate(iterable: unknown): DelegationRef;
  /** `yield` and `yield*` of an async generator. */
  $yieldAsync(frame: FrameRef, value: unknown): SuspensionToken;
  $delegateAsync(frame: FrameRef, iterable: unknown): SuspensionToken;
  /** Gives a function the [[Prototype]] of its kind and, to a generator function, its `prototype`. */
  $kind(fn: AnyFunction, kind: FunctionKind): AnyFunction;
  /** `await` at the top level of a module: runs jobs until `value` is settled. Throws EV5024 if it needs the host. */
  $awaitTop(value: unknown): unknown;
  /** Names a module's top-level bindings. `bindings` never change; `variables` are reassigned ones: [read, write]. */
  $module(
    id: string,
    bindings: Record<string, unknown>,
    variables?: Record<string, readonly [() => unknown, (value: unknown) => void]>,
  ): void;

  /** The content of a binding that has not been initialised yet. */
  readonly $TDZ: unique symbol;
  /** `value` unless it is `$TDZ`: then a ReferenceError naming the binding. */
  $init(value: unknown, name: string): unknown;
  /** The record of variables, to assign to its `key`; a ReferenceError if that one is `$TDZ`. */
  $live(record: Record<string, unknown>, key: string): Record<string, unknown>;
  /** First thing in every catch clause: rethrows faults that user code may not catch; else gives the error back. */
  $caught(error: unknown): unknown;

  /** The execution's own global object: inherits from the realm's, which nobody can change. */
  $global(): object;

  /** ToPropertyKey. */
  $key(value: unknown): PropertyKey;
  /** fn called with `self` as this; a TypeError naming `what` when fn is not callable. */
  $call(fn: unknown, self: unknown, args: readonly unknown[], what: string): unknown;
  /** Own enumerable properties of `source` but `excluded`, for a rest pattern. */
  $rest(source: unknown, excluded: readonly PropertyKey[]): object;
  /** RequireObjectCoercible, before destructuring. */
  $coercible(value: unknown): unknown;
  /** The strings object of a tagged template, one per site and instance. */
  $template(site: string, cooked: readonly (string | undefined)[], raw: readonly string[]): readonly string[];
  /** Defines an accessor (`kind` "get" or "set") on a literal under construction; gives the object back. */
  $accessor(object: object, key: unknown, kind: "get" | "set", fn: AnyFunction): object;
  /** Defines the properties of `part` (a literal's later half) on a literal under construction; gives the object back. */
  $extend(object: object, part: object): object;
  /** `{ [key]: fn }` with the function named by the key; to be spread into the literal. */
  $property(key: unknown, fn: AnyFunction): object;
  /** An object that can be given no property: what assignments to constants assign to. */
  readonly $constants: Record<string, unknown>;

  /**
   * A class made at run time. Its code's `make` gives the factory `(parent, keys, born) => class`; the first static
   * block of the class calls `born(this, parts)` for its kit.
   */
  $class(
    code: CodeRef,
    heritage: object | undefined,
    keys: readonly PropertyKey[],
    captures: readonly unknown[],
  ): AnyFunction;
  /** The heritage of a class, checked, with its `prototype` as of now. Throws what ECMAScript 15.7.14 says. */
  $heritage(parent: unknown): object;
  /** The kit of a class of module level. */
  $kit(target: AnyFunction, parts: ClassParts): ClassKit;
  /** SetFunctionName for an anonymous function or class; gives it back. */
  $named(fn: AnyFunction, key: PropertyKey): AnyFunction;
  /** An object of a class that extends another gets its private elements: it may be any object. */
  $stamp(object: object, kit: ClassKit): void;
  /** While `on`, a checkpoint is being read: making a class or one of its objects must not run code of the user. */
  readonly $restoring: { readonly on: boolean };

  /** `super[key]`, read: `home` is the object that the method was defined on. */
  $superGet(home: object, key: unknown, self: unknown): unknown;
  /** `super[key] = value` */
  $superSet(home: object, key: unknown, value: unknown, self: unknown): unknown;

  /** `object[key]()` where the source says `Symbol.iterator` for the key: an iterator that a checkpoint can hold. */
  $iterate(object: unknown, key: PropertyKey): unknown;
  /** Opens an iterator record for `for…of` or an array pattern; serializable at any moment. */
  $iter(iterable: unknown): IteratorRef;
  /** Advances; true if `record.value` holds a value, false at the end. */
  $next(record: IteratorRef): boolean;
  /** IteratorClose for a normal or jumping completion: errors of `return` propagate. */
  $close(record: IteratorRef): void;
  /** IteratorClose for a throw completion: errors of `return` are swallowed. */
  $closeThrow(record: IteratorRef): void;
  /** The rest of an iterator as an array (`[a, ...rest]`). */
  $drain(record: IteratorRef): unknown[];
  /** Opens the key enumeration of `for…in`: same record, values are the keys that still exist when visited. */
  $keys(object: unknown): IteratorRef;

  /** Opens an iterator record for `for await…of`. */
  $asyncIter(iterable: unknown): IteratorRef;
  /** Calls `next`; the answer is to be awaited. */
  $asyncNext(record: IteratorRef): unknown;
  /** Takes the awaited answer of `next`: true if `record.value` holds a value now. */
  $asyncValue(record: IteratorRef, result: unknown): boolean;
  /** Notes that the loop is left by an error. */
  $asyncThrown(record: IteratorRef): void;
  /** Begins AsyncIteratorClose: true if `record.value` is the answer of `return`, to be awaited. */
  $asyncReturn(record: IteratorRef): boolean;
  /** Takes the awaited answer of `return`. */
  $asyncReturned(record: IteratorRef, result: unknown): void;
  /** `return` or the await of its answer failed: throws, unless the loop was left by an error. */
  $asyncReturnFailed(record: IteratorRef, error: unknown): void;

  /** The resources of a block with `using` or `await using` declarations. */
  $resources(): object;
  /** Adds a resource; gives it back. Throws a TypeError for what cannot be disposed of. */
  $use(resources: object, value: unknown, asynchronous: boolean): unknown;
  /** Notes that the block is left by an error. */
  $useFailed(resources: object, error: unknown): void;
  /** Disposes of resources, last first, until one is to be awaited (true, and `$useAwaited` says what) or none is left. */
  $useDispose(resources: object): boolean;
  $useAwaited(resources: object): unknown;
  /** At the end: throws what the block or a disposal threw. */
  $useEnd(resources: object): void;
}

export type HelperName = keyof GuestHelpers;

export const HELPER_NAMES = [
  "$code",
  "$maker",
  "$asking",
  "$clo",
  "$fn",
  "$async",
  "$resolved",
  "$rejected",
  "$await",
  "$gen",
  "$begin",
  "$told",
  "$delegate",
  "$yieldAsync",
  "$delegateAsync",
  "$kind",
  "$awaitTop",
  "$module",
  "$TDZ",
  "$init",
  "$live",
  "$caught",
  "$global",
  "$key",
  "$call",
  "$rest",
  "$coercible",
  "$template",
  "$accessor",
  "$extend",
  "$property",
  "$constants",
  "$class",
  "$heritage",
  "$kit",
  "$named",
  "$stamp",
  "$restoring",
  "$superGet",
  "$superSet",
  "$iterate",
  "$iter",
  "$next",
  "$close",
  "$closeThrow",
  "$drain",
  "$keys",
  "$asyncIter",
  "$asyncNext",
  "$asyncValue",
  "$asyncThrown",
  "$asyncReturn",
  "$asyncReturned",
  "$asyncReturnFailed",
  "$resources",
  "$use",
  "$useFailed",
  "$useDispose",
  "$useAwaited",
  "$useEnd",
] as const satisfies readonly HelperName[];

// biome-ignore lint/complexity/noBannedTypes: any callable of user code
export type AnyFunction = Function;
export type MakeFunction = (captures: readonly unknown[], code: CodeRef) => AnyFunction;
export type StepFunction = (frame: FrameRef, mode?: ResumeMode, value?: unknown) => unknown;
/** 0: first entry, 1: go on with a value, 2: with an error, 3: a generator was told to return. */
export type ResumeMode = 0 | 1 | 2 | 3;
/** Functions whose calls are frames. */
export type FunctionKind = "async" | "generator" | "asyncGenerator";

/** Makes the class of one evaluation; `born` is called by the class itself before anything else of it runs. */
export type ClassFactory = (
  parent: unknown,
  keys: readonly PropertyKey[],
  born: (target: AnyFunction, parts: ClassParts) => ClassKit,
) => AnyFunction;

/** What only code inside of a class body can say, for the runtime. */
export interface ClassParts {
  /** Factories and step functions that mention private names. */
  readonly code?: readonly AnyFunction[];
  /** Private methods that are used as values, or whose calls are frames. */
  readonly methods?: readonly AnyFunction[];
  /** isStatic, key and kind of methods: those whose calls are frames get the prototypes of their kind. */
  readonly dress?: readonly (boolean | PropertyKey | FunctionKind | undefined)[];
  /** The class has private elements for its objects and extends nothing: it makes the objects itself. */
  readonly base?: boolean;
  /** True if the object has the private elements. */
  readonly has?: (object: object) => boolean;
  /** Values of its private fields, in the order of `set`. */
  readonly get?: (object: object) => unknown[];
  readonly set?: (object: object, values: readonly unknown[]) => void;
  /** The same for the private fields of the class itself. */
  readonly staticGet?: (object: object) => unknown[];
  readonly staticSet?: (object: object, values: readonly unknown[]) => void;
}

/** What lowered code reaches a class by from outside. One for each evaluation of the class. */
export interface ClassKit {
  /** The class. */
  readonly home: AnyFunction;
  readonly code: readonly AnyFunction[];
  readonly methods: readonly AnyFunction[];
  /** Per entry of `dress`: the function, if it was one. */
  readonly dressed: readonly (AnyFunction | undefined)[];
}

/**
 * A call under way. An array, because the engine makes one in a quarter of the time that an object takes; user code never
 * gets hold of it.
 */
export type FrameRef = [
  code: CodeRef,
  /** Resume point: an index into the function's state table in the manifest. 0 is the entry. */
  pc: number,
  /** The runtime's own. */
  owner: unknown,
  /** `this` */
  self: unknown,
  captures: readonly unknown[],
  /** Values live across the current suspension, in the manifest's order. */
  ...slots: unknown[],
];
/** Places in a frame. */
export const FRAME = { code: 0, pc: 1, owner: 2, self: 3, captures: 4, slots: 5 } as const;
/** In place of the resume point of a generator that has begun: what it holds is not in its frame. */
export const RUNNING = -1;
/** The same: it has ended. */
export const ENDED = -2;
/** See GuestHelpers.$asking. */
export interface AskingRef {
  readonly on: boolean;
}
/** What a generator is told: to keep its variables in its frame, to go on from its frame, or to return. */
export interface ToldRef {
  readonly keep: boolean;
  /** It keeps or loads, and rests again. */
  readonly stay: boolean;
  /** The value to return. */
  take(): unknown;
}
/** The inner iterator of a `yield*`. */
export interface DelegationRef extends Iterable<unknown> {
  /** The generator was told to return, and the inner iterator has ended with the value to return. */
  readonly returned: boolean;
}
export interface CodeRef {
  readonly id: string;
}
export interface IteratorRef {
  value: unknown;
}
declare const suspension: unique symbol;
export interface SuspensionToken {
  readonly [suspension]: true;
}

/** The key under which the API module (`eventual`) is handed to the program beside the helpers. */
export const API_KEY = "$api";
