/**
 * Classes keep the names that their authors gave them. The bundler renames a class when two modules use one name, and
 * always when the class mentions itself; `constructor.name`, and so the name of many an error, would show it. Its own
 * remedy wraps every function too, also those made at run time, which costs more than making them: so only classes.
 */
import { types as t } from "@babel/core";

/** Gives every class declaration of the module's top level a block that sets its name. Changes the tree. */
export function keepClassNames({ program }: t.File): void {
  const names = program.body.map((statement) => Object.keys(t.getBindingIdentifiers(statement, false, true)));
  if (names.flat().includes("Object")) return;
  for (const statement of program.body) {
    const declared = t.isExportDeclaration(statement) && "declaration" in statement ? statement.declaration : statement;
    if (declared?.type !== "ClassDeclaration" || !declared.id || declared.body.body.some(isStaticName)) continue;
    declared.body.body.unshift(t.staticBlock([setName(declared.id.name)]));
  }
}

function isStaticName(member: t.ClassBody["body"][number]): boolean {
  if (!("static" in member) || !member.static || !("key" in member)) return false;
  return t.isIdentifier(member.key, { name: "name" }) || t.isStringLiteral(member.key, { value: "name" });
}

// Object.defineProperty(this, "name", { value: "…", configurable: true })
function setName(name: string): t.Statement {
  const descriptor = t.objectExpression([
    t.objectProperty(t.identifier("value"), t.stringLiteral(name)),
    t.objectProperty(t.identifier("configurable"), t.booleanLiteral(true)),
  ]);
  const define = t.memberExpression(t.identifier("Object"), t.identifier("defineProperty"));
  return t.expressionStatement(t.callExpression(define, [t.thisExpression(), t.stringLiteral("name"), descriptor]));
}
