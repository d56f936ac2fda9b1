/** What the passes over one module share. */
import { types as t } from "@babel/core";
import { Fault } from "../../runtime/protocol/fault.js";
import type { HelperName } from "../../runtime/protocol/helpers.js";
import type { ClassEntry, FunctionEntry, Position } from "../../runtime/protocol/program.js";
import type { Identities } from "./identity.js";

export interface ModuleContext {
  readonly moduleId: string;
  /** Manifest entries, in source order of the functions' ends. */
  readonly functions: FunctionEntry[];
  /** `const $k1 = $code(…)` statements, to stand at the top of the module. */
  readonly codes: t.Statement[];
  /** Stable ids of the functions as the author wrote them. */
  readonly ids: WeakMap<t.Node, FunctionName>;
  /** Names of all variables that live in functions or blocks, per module; module-level names are not in it. */
  readonly locals: Set<string>;
  /** Environment-record declarations: hoisted functions come after them. */
  readonly records: WeakSet<t.Node>;
  /** Names that bindings had before they were made unique. */
  readonly originalNames: Map<string, string>;
  /** Variables that closures copy although they change later: each closure wants the value of its moment. */
  readonly copied: Set<string>;
  /** What identifies functions and resume points in other versions of the module. */
  readonly identities: Identities;
  /** Manifest entries of classes. */
  readonly classes: ClassEntry[];
  /** A name that nothing else in the module has: `$e1`, `$k2` … */
  unique(prefix: string): string;
  /** True for a name that `unique` gave. */
  isOurs(name: string): boolean;
}

export interface FunctionName {
  readonly id: string;
  /** The `name` property that ECMAScript gives the function; "" if none. */
  readonly name: string;
}

/** A context for one module. `names`: all identifiers of its source. */
export function moduleContext(moduleId: string, names: ReadonlySet<string>, identities: Identities): ModuleContext {
  const counters = new Map<string, number>();
  const ours = new Set<string>();
  return {
    moduleId,
    functions: [],
    codes: [],
    ids: new WeakMap(),
    locals: new Set(["$this", "$arguments", "$newTarget"]),
    records: new WeakSet(),
    originalNames: new Map(),
    identities,
    classes: [],
    copied: new Set(),
    isOurs: (name) => ours.has(name),
    unique(prefix) {
      for (;;) {
        const next = (counters.get(prefix) ?? 0) + 1;
        counters.set(prefix, next);
        const name = `${prefix}${next}`;
        if (names.has(name)) continue;
        ours.add(name);
        return name;
      }
    },
  };
}

/** Ids of a function's variables: the author's name, with a number from the second of that name on. */
export function localIdsOf(variables: Iterable<string>, context: ModuleContext): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const used = new Map<string, number>();
  for (const variable of variables) {
    // Variables that the compiler made are numbered in the whole module.
    const name = (context.originalNames.get(variable) ?? variable).replace(/^(\$[a-su-z]+)\d+$/, "$1");
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    ids.set(variable, count === 1 ? name : `${name}~${count}`);
  }
  return ids;
}

/** A call of one of the runtime's helpers; only names that the guest implements type-check. */
export function helper(name: HelperName, ...args: (t.Expression | t.SpreadElement)[]): t.CallExpression {
  return t.callExpression(t.identifier(name), args);
}

/** A helper that is a value. */
export function helperValue(name: HelperName): t.Identifier {
  return t.identifier(name);
}

/** 1-based line and column of a node; made-up nodes have none. */
export function positionOf(node: t.Node): Position {
  const start = node.loc?.start;
  return start ? { line: start.line, column: start.column + 1 } : { line: 1, column: 1 };
}

/** The refusal of something that the checks should have refused before: it is never miscompiled. */
export function cannotLower(context: ModuleContext, node: t.Node, what: string): Fault {
  const { line, column } = positionOf(node);
  return new Fault("EV3101", `${what} cannot be made durable yet`, {
    remedy: "Write it with plain statements, or move it into a task.",
    place: `${context.moduleId}:${line}:${column}`,
  });
}
