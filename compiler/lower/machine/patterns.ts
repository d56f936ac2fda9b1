/**
 * Destructuring. A pattern without a suspension is one native assignment; else it is taken apart as ECMAScript 13.15.5
 * and 14.3.3 say: targets are evaluated before values are fetched, array patterns close their iterator.
 */
import { types as t } from "@babel/core";
import { cannotLower, helper } from "../context.js";
import { assign, suspends, undefinedNode } from "../tree.js";
import type { Machine } from "./machine.js";

/** Assigns `value` (evaluated first of all) to a pattern. */
export function bindPattern(machine: Machine, pattern: t.LVal, value: t.Expression): void {
  if (!suspends(pattern)) {
    machine.push(t.inherits(assign(pattern, value), pattern));
    return;
  }
  takeApart(machine, pattern, machine.save(value));
}

function takeApart(machine: Machine, pattern: t.Node, value: t.Identifier): void {
  switch (pattern.type) {
    case "ObjectPattern":
      return takeObjectApart(machine, pattern, value);
    case "ArrayPattern":
      return takeArrayApart(machine, pattern, value);
    case "AssignmentPattern": {
      const store = prepareTarget(machine, pattern.left);
      store(withDefault(machine, value, pattern.right));
      return;
    }
    default:
      prepareTarget(machine, pattern)(value);
  }
}

/** Evaluates what a target needs (object and key) and gives the function that assigns to it. */
function prepareTarget(machine: Machine, target: t.Node): (value: t.Identifier) => void {
  if (target.type === "MemberExpression") {
    const object = machine.save(machine.explode(target.object));
    const property = target.computed ? machine.save(machine.explode(target.property as t.Expression)) : target.property;
    return (value) => machine.push(assign(t.memberExpression(object, property, target.computed), value));
  }
  if (target.type === "Identifier") return (value) => machine.push(assign(target.name, value));
  return (value) => takeApart(machine, target, value);
}

function withDefault(machine: Machine, value: t.Identifier, fallback: t.Expression): t.Identifier {
  const needed = machine.newState();
  const after = machine.newState();
  machine.branch(t.binaryExpression("===", t.cloneNode(value), undefinedNode()), needed, after);
  machine.place(needed);
  machine.push(assign(value.name, machine.explode(fallback)));
  machine.place(after);
  return value;
}

/** One element: target first, then the value by `fetch`, then the default. */
function bindElement(machine: Machine, element: t.Node, fetch: () => t.Expression): void {
  const target = element.type === "AssignmentPattern" ? element.left : element;
  const store = prepareTarget(machine, target);
  const value = machine.save(fetch());
  store(element.type === "AssignmentPattern" ? withDefault(machine, value, element.right) : value);
}

function takeObjectApart(machine: Machine, pattern: t.ObjectPattern, value: t.Identifier): void {
  machine.push(t.expressionStatement(helper("$coercible", t.cloneNode(value))));
  const keys: t.Expression[] = [];
  for (const property of pattern.properties) {
    if (property.type === "RestElement") {
      bindElement(machine, property.argument, () =>
        helper("$rest", t.cloneNode(value), t.arrayExpression(keys.map((key) => t.cloneNode(key)))),
      );
      continue;
    }
    const key = propertyKey(machine, property);
    keys.push(key);
    bindElement(machine, property.value, () => t.memberExpression(t.cloneNode(value), t.cloneNode(key), true));
  }
}

function propertyKey(machine: Machine, property: t.ObjectProperty): t.Expression {
  if (property.computed) return machine.save(helper("$key", machine.explode(property.key as t.Expression)));
  if (property.key.type === "Identifier") return t.stringLiteral(property.key.name);
  // As the key that it is: what a rest element leaves out is compared with it.
  if (t.isNumericLiteral(property.key)) return t.stringLiteral(String(property.key.value));
  if (t.isBigIntLiteral(property.key)) return t.stringLiteral(String(BigInt(property.key.value)));
  if (t.isStringLiteral(property.key)) return property.key;
  throw cannotLower(machine.context, property, "this key");
}

function takeArrayApart(machine: Machine, pattern: t.ArrayPattern, value: t.Identifier): void {
  const record = machine.fresh("$iter");
  const item = () => t.memberExpression(t.identifier(record), t.identifier("value"));
  machine.push(assign(record, helper("$iter", t.cloneNode(value))));
  const failed = machine.newState();
  const after = machine.newState();
  machine.within({ kind: "iterator", record }, () =>
    machine.region(failed, () => {
      for (const element of pattern.elements) {
        const next = helper("$next", t.identifier(record));
        if (element === null) machine.push(t.expressionStatement(next));
        else if (element.type === "RestElement") {
          bindElement(machine, element.argument, () => helper("$drain", t.identifier(record)));
        } else bindElement(machine, element, () => t.conditionalExpression(next, item(), undefinedNode()));
      }
    }),
  );
  machine.place(machine.newState());
  machine.push(t.expressionStatement(helper("$close", t.identifier(record))));
  machine.jump(after);
  machine.place(failed);
  machine.push(t.expressionStatement(helper("$closeThrow", t.identifier(record))));
  machine.throwNow(t.identifier("$x"));
  machine.place(after);
}
