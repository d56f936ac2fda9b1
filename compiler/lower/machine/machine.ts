/**
 * The state machine under construction: an append-only list of states, each a straight run of statements with one end.
 *
 *   M1  A state belongs to one region: an error anywhere in it goes to `handler`, or out of the function.
 *   M2  Statements and expressions are emitted in the order of their side effects.
 *   M3  A temporary lives within one statement of the source; states never share one across statements.
 *   M4  Targets stay symbolic (`fixups`) until the states are numbered.
 */
import { types as t } from "@babel/core";
import type { FunctionKind } from "../../../runtime/protocol/helpers.js";
import type { ModuleContext } from "../context.js";
import { assign, undefinedNode } from "../tree.js";

export interface State {
  readonly body: t.Statement[];
  readonly handler: State | undefined;
  /** States that statements inside `body` jump to, and the variables that are set right before the jump. */
  readonly jumps: { readonly to: State; readonly sets: readonly string[] }[];
  end: End | undefined;
}

export type End =
  | { readonly kind: "jump"; readonly to: State }
  /** Goes to `then` if the test holds, else to `otherwise`. */
  | { readonly kind: "branch"; readonly test: t.Expression; readonly then: State; readonly otherwise: State }
  /** Parks the frame on `value`; goes on at `to`, where the outcome is in `$v`. */
  | {
      readonly kind: "suspend";
      readonly how: Suspending;
      readonly value: t.Expression;
      readonly to: State;
      readonly source: t.Node;
      /** What a generator does at `to` when it is told to return. */
      readonly told: t.Statement[];
    }
  /** The last statement left the function. */
  | { readonly kind: "leave" };

/** How a generator rests, or the helper that parks the frame of any other function. */
export type Suspending = "yield" | "yield*" | "$await" | "$yieldAsync" | "$delegateAsync" | "$begin";

/** What a jump may have to cross, innermost last. */
export type Entry =
  | {
      readonly kind: "target";
      readonly labels: readonly string[];
      /** An unlabelled `break` means this one. */
      readonly plain: boolean;
      readonly breakTo: State;
      readonly continueTo: State | undefined;
    }
  | { readonly kind: "iterator"; readonly record: string }
  | { readonly kind: "finally"; readonly entry: State; readonly completion: Completion };

/** Why a finally block runs: its two variables, and the jumps that go on after it. */
export interface Completion {
  /** Variable: 0 normal, 1 throw, 2 return, 3 + i exit i. */
  readonly kindVariable: string;
  readonly valueVariable: string;
  readonly exits: State[];
  returns: boolean;
}

/** The lowering of expressions, given to the machine because every kind of expression contains others. */
type Explode = (machine: Machine, node: t.Expression, immediate: boolean) => t.Expression;

export class Machine {
  readonly states: State[] = [];
  readonly entries: Entry[] = [];
  readonly fixups: { readonly literal: t.NumericLiteral; readonly state: State }[] = [];
  /** Variables of the step function that may have to be saved, in order of declaration. */
  readonly variables = new Set<string>();
  current: State;
  readonly kind: FunctionKind | undefined;
  handler: State | undefined = undefined;
  #depth = 0;
  readonly context: ModuleContext;
  readonly #explode: Explode;

  constructor(context: ModuleContext, kind: FunctionKind | undefined, explode: Explode) {
    this.kind = kind;
    this.context = context;
    this.#explode = explode;
    this.current = this.newState();
    this.states.push(this.current);
  }

  /** Evaluates an expression at the current end: see expressions.ts. */
  explode(node: t.Expression, immediate = false): t.Expression {
    return this.#explode(this, node, immediate);
  }

  /** A state of the current region, not placed yet. */
  newState(handler: State | undefined = this.handler): State {
    return { body: [], handler, jumps: [], end: undefined };
  }

  /** Goes on in `state`; what went before falls into it unless it has ended. */
  place(state: State): void {
    if (this.states.includes(state)) throw new TypeError("a state is placed once");
    this.current.end ??= { kind: "jump", to: state };
    this.states.push(state);
    this.current = state;
  }

  push(...statements: t.Statement[]): void {
    if (this.current.end === undefined) this.current.body.push(...statements);
  }

  /** Ends the current state; what follows is unreachable until the next `place`. */
  finish(end: End): void {
    this.current.end ??= end;
  }

  jump(to: State): void {
    this.finish({ kind: "jump", to });
  }

  branch(test: t.Expression, then: State, otherwise: State): void {
    this.finish({ kind: "branch", test, then, otherwise });
  }

  throwNow(value: t.Expression): void {
    this.push(t.throwStatement(value));
    this.finish({ kind: "leave" });
  }

  /** Suspends on `value`; the outcome is `$v` at the start of the state that is current afterwards. */
  suspend(how: Suspending, value: t.Expression, source: t.Node, told: () => t.Statement[] = () => []): void {
    const to = this.newState();
    const end = { kind: "suspend", how, value, to, source, told: [] as t.Statement[] } as const;
    this.finish(end);
    this.place(to);
    end.told.push(...told());
  }

  /** Declares a variable of the step function. */
  variable(name: string): string {
    this.variables.add(name);
    return name;
  }

  fresh(prefix: string): string {
    return this.variable(this.context.unique(prefix));
  }

  /** A temporary of the current statement. */
  temporary(): string {
    return this.variable(`$t${this.#depth++}`);
  }

  /** Evaluates `value` now, into a temporary. */
  save(value: t.Expression): t.Identifier {
    const name = this.temporary();
    this.push(assign(name, value));
    return t.identifier(name);
  }

  /** Runs `work` as one statement of the source: its temporaries end with it. */
  statement(work: () => void): void {
    const depth = this.#depth;
    work();
    this.#depth = depth;
  }

  /** Runs `work` with another error handler. */
  region(handler: State | undefined, work: () => void): void {
    const outer = this.handler;
    this.handler = handler;
    this.place(this.newState());
    work();
    this.handler = outer;
  }

  within(entry: Entry, work: () => void): void {
    this.entries.push(entry);
    work();
    if (this.entries.pop() !== entry) throw new TypeError("jump targets are nested");
  }

  /** Statements that set the next state and go there, from anywhere in the current state. */
  goto(state: State, sets: readonly string[] = []): t.Statement[] {
    const literal = t.numericLiteral(0);
    this.fixups.push({ literal, state });
    this.current.jumps.push({ to: state, sets });
    return [assign("$pc", literal), t.continueStatement(t.identifier("$run"))];
  }
}

/** The state that a jump to `state` really enters: states that only jump on, within their region, are skipped. */
export function resolveState(state: State): State {
  const seen = new Set<State>();
  let current = state;
  while (!seen.has(current)) {
    seen.add(current);
    const { body, end, jumps, handler } = current;
    if (body.length > 0 || jumps.length > 0 || end?.kind !== "jump" || end.to.handler !== handler) break;
    current = end.to;
  }
  return current;
}

/** States that the end of a state leads to. */
export function followers({ end }: State): State[] {
  switch (end?.kind) {
    case "jump":
      return [resolveState(end.to)];
    case "suspend":
      return [end.to];
    case "branch":
      return [resolveState(end.then), resolveState(end.otherwise)];
    default:
      return [];
  }
}

/** A new completion record with its two variables. */
export function newCompletion(machine: Machine): Completion {
  return {
    kindVariable: machine.fresh("$kind"),
    valueVariable: machine.fresh("$value"),
    exits: [],
    returns: false,
  };
}

/** `kind = n; value = v;` */
export function complete(completion: Completion, kind: number, value: t.Expression = undefinedNode()): t.Statement[] {
  return [assign(completion.kindVariable, t.numericLiteral(kind)), assign(completion.valueVariable, value)];
}
