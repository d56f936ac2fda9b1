/**
 * `constructor(readonly id: string)` declares a field, which TypeScript puts before the class's other fields: the order
 * of an object's keys, and so its JSON, depends on it. Removing the types alone would only leave the assignment.
 */
import { types as t } from "@babel/core";

/** Declares the fields of parameter properties, in every class of a tree that still has its types. Changes the tree. */
export function declareParameterProperties(tree: t.File): void {
  t.traverseFast(tree, (node) => {
    if (node.type !== "ClassBody") return;
    const made = node.body.find(
      (member): member is t.ClassMethod => member.type === "ClassMethod" && member.kind === "constructor",
    );
    const fields = (made?.params ?? []).filter((param) => param.type === "TSParameterProperty").map(fieldOf);
    node.body.unshift(...fields);
  });
}

function fieldOf({ parameter }: t.TSParameterProperty): t.ClassProperty {
  const name = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
  return t.inherits(t.classProperty(t.identifier((name as t.Identifier).name)), parameter);
}
