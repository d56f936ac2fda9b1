/**
 * States to one step function (language §2 pass 8):
 *
 *   ($f, $m, $v) => {
 *     let a, $t0, $pc = $f[1], $x;
 *     $run: for (;;) try {
 *       switch ($pc) {
 *         case 0: a = $f[5]; … $f[5] = a; $f[1] = 2; return $await($f, $v);      keep what is live
 *         case 2: a = $f[5]; if ($m === 2) throw $v; …                           get it back; what was awaited may have failed
 *       }
 *     } catch ($error) { $x = $caught($error); switch ($pc) { case 0: $pc = 5; break; default: throw $x; } }
 *   }
 *
 * A generator's is a native generator function. While it rests its variables stay where they are; only when it is told
 * to keep them, they go into the frame, and from there it begins anew (`$load`), in this life or another one:
 *
 *   function* ($f) {
 *     let a, $v, $pc;
 *     $load: for (;;) {
 *       $pc = $f[1];
 *       switch ($pc) { case 0: $f[1] = -1; a = $f[5]; break; case 2: a = $f[5]; break; default: return; }
 *       $run: for (;;) switch ($pc) {
 *         case 0: … $v = a;
 *         case 2: if (($v = yield $v) === $told) { if ($told.keep) { $f[5] = a; $f[1] = 2; } if ($told.stay) continue $load; return $told.take(); }
 *       }
 *     }
 *   }
 *
 *   M5  `$pc` is the number of a state of the current region at every instant: the handler is found by it.
 */
import { types as t } from "@babel/core";
import { FRAME, RUNNING } from "../../../runtime/protocol/helpers.js";
import { helper, helperValue } from "../context.js";
import { assign } from "../tree.js";
import { computeLiveness } from "./liveness.js";
import { type Machine, resolveState, type State, type Suspending } from "./machine.js";

interface Input {
  readonly machine: Machine;
  readonly states: readonly State[];
  /** Names of the arguments, in the order of the frame's first slots. */
  readonly slots: readonly string[];
  readonly captures: readonly string[];
}

interface Suspension {
  readonly pc: number;
  readonly name: string;
  readonly source: t.Node;
  readonly slots: readonly string[];
  readonly how: Suspending;
  readonly value: t.Expression;
  readonly told: readonly t.Statement[];
}

/** Words for the ids of resume points. */
const POINT_NAMES = {
  $await: "await",
  yield: "yield",
  $yieldAsync: "yield",
  "yield*": "yield*",
  $delegateAsync: "yield*",
  $begin: "begin",
} as const;

export function emitStep(input: Input): {
  step: t.ArrowFunctionExpression | t.FunctionExpression;
  suspensions: Suspension[];
} {
  const { machine, states } = input;
  const numbers = new Map(states.map((state, i) => [state, i]));
  const numberOf = (state: State): number => {
    const number = numbers.get(resolveState(state));
    if (number === undefined) throw new TypeError("a jump to a state that was never placed");
    return number;
  };
  for (const { literal, state } of machine.fixups)
    if (numbers.has(resolveState(state))) literal.value = numberOf(state);
  const live = computeLiveness(states, machine.variables);
  const liveAt = (state: State) => [...machine.variables].filter((name) => live.get(state)!.has(name));
  const suspensions = states.flatMap((state): Suspension[] =>
    state.end?.kind === "suspend"
      ? [
          {
            pc: numbers.get(state.end.to)!,
            name: POINT_NAMES[state.end.how],
            slots: liveAt(state.end.to),
            ...state.end,
          },
        ]
      : [],
  );
  const suspensionAt = (to: State) => suspensions.find(({ pc }) => pc === numbers.get(to));
  const atEntry = live.get(states[0]!)!;
  const most = Math.max(input.slots.length, ...suspensions.map((point) => point.slots.length));
  const entry = reload(input.slots, (name) => atEntry.has(name));
  const native = machine.kind === "generator";
  const begin = (state: State, i: number): t.Statement[] => {
    if (native) return rested(suspensionAt(state), most);
    return i === 0 ? entry : resumed(suspensionAt(state));
  };
  const park = native ? undefined : (to: State) => parked(suspensionAt(to)!, most);
  const cases = states.map((state, i) =>
    t.switchCase(t.numericLiteral(i), [
      ...begin(state, i),
      ...state.body,
      ...emitEnd(state, states[i + 1], numberOf, park),
    ]),
  );
  const dispatch = dispatchOver(cases);
  const handled = states.some((state) => state.handler);
  const loop = handled ? guardedLoop(dispatch, states, numberOf) : plainLoop(dispatch, native ? 0 : states.length);
  const declared = declarations(input, handled, states.length);
  if (native) {
    const body = t.blockStatement([...declared, loadLoop(entry, suspensions, loop)]);
    return { step: t.functionExpression(null, [t.identifier("$f")], body, true), suspensions };
  }
  const body = [...declared, ...loop];
  const params = ["$f", "$m", "$v"].map((name) => t.identifier(name));
  return { step: t.arrowFunctionExpression(params, t.blockStatement(body)), suspensions };
}

/** The engine tries a switch's cases one after the other: of many, only those of one block are tried. */
const BLOCK_BITS = 5;

// switch ($pc >> 5) { case 0: switch ($pc) { … case 31: …; $pc = 32; } case 1: switch ($pc) { case 32: … } }
function dispatchOver(cases: t.SwitchCase[]): t.SwitchStatement {
  const size = 1 << BLOCK_BITS;
  if (cases.length <= 2 * size) return t.switchStatement(t.identifier("$pc"), cases);
  const blocks: t.SwitchCase[] = [];
  for (let at = 0; at < cases.length; at += size) {
    const inner = cases.slice(at, at + size);
    // Who falls out of a block falls into the next one by its number.
    if (at + size < cases.length) inner.at(-1)!.consequent.push(assign("$pc", t.numericLiteral(at + size)));
    const number = t.numericLiteral(at >> BLOCK_BITS);
    blocks.push(t.switchCase(number, [t.switchStatement(t.identifier("$pc"), inner)]));
  }
  const block = t.binaryExpression(">>", t.identifier("$pc"), t.numericLiteral(BLOCK_BITS));
  return t.switchStatement(block, blocks);
}

function frame(field: keyof typeof FRAME): t.MemberExpression {
  return element(t.identifier("$f"), FRAME[field]);
}

function slot(index: number): t.MemberExpression {
  return element(t.identifier("$f"), FRAME.slots + index);
}

function element(array: t.Expression, index: number): t.MemberExpression {
  return t.memberExpression(array, t.numericLiteral(index), true);
}

function declarations({ machine, captures }: Input, handled: boolean, states: number): t.Statement[] {
  const variables = captures.map((name, i) => t.variableDeclarator(t.identifier(name), element(frame("captures"), i)));
  variables.push(...[...machine.variables].map((name) => t.variableDeclarator(t.identifier(name))));
  if (machine.kind === "generator") {
    variables.push(...["$v", "$pc"].map((name) => t.variableDeclarator(t.identifier(name))));
  } else if (handled || states > 1) variables.push(t.variableDeclarator(t.identifier("$pc"), frame("pc")));
  if (handled) variables.push(t.variableDeclarator(t.identifier("$x")));
  // The engine asks at each use of a `let` or `const` whether it has been initialised.
  return variables.length > 0 ? [t.variableDeclaration("var", variables)] : [];
}

function reload(slots: readonly string[], isLive: (name: string) => boolean): t.Statement[] {
  return slots.flatMap((name, i) => (isLive(name) ? [assign(name, slot(i))] : []));
}

/** First of all in a state where the frame goes on. */
function resumed(point: Suspension | undefined): t.Statement[] {
  if (point === undefined) return [];
  const rejected = t.binaryExpression("===", t.identifier("$m"), t.numericLiteral(2));
  return [...reload(point.slots, () => true), t.ifStatement(rejected, t.throwStatement(t.identifier("$v")))];
}

/** First of all in a state where a generator goes on: it rests here. */
function rested(point: Suspension | undefined, most: number): t.Statement[] {
  if (point === undefined) return [];
  const sent = () => t.identifier("$v");
  const told = (what: string) => t.memberExpression(helperValue("$told"), t.identifier(what));
  const delegated = point.how === "yield*";
  const rest = t.inherits(t.yieldExpression(delegated ? point.value : sent(), delegated), point.source);
  const keep = t.ifStatement(told("keep"), t.blockStatement(parked(point, most)));
  const again = t.continueStatement(t.identifier("$load"));
  const stay = delegated ? again : t.ifStatement(told("stay"), again);
  return [
    t.ifStatement(
      t.binaryExpression("===", t.assignmentExpression("=", sent(), rest), helperValue("$told")),
      t.blockStatement([keep, stay, ...point.told]),
    ),
  ];
}

// $load: for (;;) { $pc = $f[1]; switch ($pc) { case 0: $f[1] = -1; … default: return; } … }
function loadLoop(entry: t.Statement[], suspensions: readonly Suspension[], loop: t.Statement[]): t.Statement {
  const load = (pc: number, statements: t.Statement[]) =>
    t.switchCase(t.numericLiteral(pc), [...statements, t.breakStatement()]);
  const begun = assign(frame("pc"), t.numericLiteral(RUNNING));
  const cases = [
    load(0, [begun, ...entry]),
    ...suspensions.map(({ pc, slots }) =>
      load(
        pc,
        reload(slots, () => true),
      ),
    ),
  ];
  cases.push(t.switchCase(null, [t.returnStatement()]));
  const body = [assign("$pc", frame("pc")), t.switchStatement(t.identifier("$pc"), cases), ...loop];
  return t.labeledStatement(t.identifier("$load"), t.forStatement(null, null, null, t.blockStatement(body)));
}

/** Keeps what is live at `point`, and nothing else; `most`: how many slots there can be at this moment. */
function parked({ pc, slots }: Suspension, most: number): t.Statement[] {
  const length = t.memberExpression(t.identifier("$f"), t.identifier("length"));
  return [
    ...slots.map((name, i) => assign(slot(i), t.identifier(name))),
    ...(slots.length < most ? [assign(length, t.numericLiteral(FRAME.slots + slots.length))] : []),
    assign(frame("pc"), t.numericLiteral(pc)),
  ];
}

function plainLoop(dispatch: t.SwitchStatement, states: number): t.Statement[] {
  if (states === 1) return dispatch.cases[0]!.consequent;
  return [t.labeledStatement(t.identifier("$run"), t.forStatement(null, null, null, t.blockStatement([dispatch])))];
}

function guardedLoop(
  dispatch: t.SwitchStatement,
  states: readonly State[],
  numberOf: (state: State) => number,
): t.Statement[] {
  const byHandler = new Map<State, number[]>();
  states.forEach((state, i) => {
    if (state.handler) byHandler.set(state.handler, [...(byHandler.get(state.handler) ?? []), i]);
  });
  const cases = [...byHandler].flatMap(([handler, members]) =>
    members.map((number, i) =>
      t.switchCase(
        t.numericLiteral(number),
        i < members.length - 1 ? [] : [assign("$pc", t.numericLiteral(numberOf(handler))), t.breakStatement()],
      ),
    ),
  );
  cases.push(t.switchCase(null, [t.throwStatement(t.identifier("$x"))]));
  const caught = t.catchClause(
    t.identifier("$error"),
    t.blockStatement([
      assign("$x", helper("$caught", t.identifier("$error"))),
      t.switchStatement(t.identifier("$pc"), cases),
    ]),
  );
  const attempt = t.tryStatement(t.blockStatement([dispatch]), caught);
  return [t.labeledStatement(t.identifier("$run"), t.forStatement(null, null, null, t.blockStatement([attempt])))];
}

function emitEnd(
  state: State,
  next: State | undefined,
  numberOf: (state: State) => number,
  parkAt: ((to: State) => t.Statement[]) | undefined,
): t.Statement[] {
  const end = state.end;
  const enter = (target: State): t.Statement[] => {
    const to = resolveState(target);
    const set = assign("$pc", t.numericLiteral(numberOf(to)));
    if (to !== next) return [set, t.continueStatement(t.identifier("$run"))];
    return to.handler === state.handler ? [] : [set];
  };
  switch (end?.kind) {
    case undefined:
    case "leave":
      return endsInLeave(state) ? [] : [t.returnStatement()];
    case "jump":
      return enter(end.to);
    case "branch": {
      if (resolveState(end.then) === next && next.handler === state.handler) {
        return [t.ifStatement(t.unaryExpression("!", end.test), t.blockStatement(enter(end.otherwise)))];
      }
      return [t.ifStatement(end.test, t.blockStatement(enter(end.then))), ...enter(end.otherwise)];
    }
    case "suspend": {
      // Each suspension has a resume point of its own, even if it only jumps on: tools find the source line by it.
      const { value, source } = end;
      if (end.how === "yield*") return [];
      if (parkAt === undefined || end.how === "yield") return [t.inherits(assign("$v", value), source)];
      const parked = parkAt(end.to);
      // Evaluated before the slots are kept, since it may change what is in them.
      const early = t.isIdentifier(value) || t.isLiteral(value) ? [] : [t.inherits(assign("$v", value), source)];
      const argument = early.length > 0 ? t.identifier("$v") : value;
      return [
        ...early,
        ...parked,
        t.inherits(t.returnStatement(helper(end.how, t.identifier("$f"), argument)), source),
      ];
    }
  }
}

function endsInLeave(state: State): boolean {
  const last = state.body.at(-1);
  return last?.type === "ReturnStatement" || last?.type === "ThrowStatement" || last?.type === "ContinueStatement";
}
