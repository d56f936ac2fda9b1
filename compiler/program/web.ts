/**
 * Gives a module the classes of the web platform that it mentions, as imports from `eventual:web/…`: modules that are
 * linked into the program like those of a package (runtime/web).
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type NodePath, types as t } from "@babel/core";
import { WEB_GLOBALS } from "../project/web-globals.js";
import { memberName } from "../split/definitions.js";
import { programPath } from "../syntax/program-path.js";

const PREFIX = "eventual:web/";
/** The compiled modules of runtime/web; packages that they need are looked for from there. */
export const WEB_FOLDER = fileURLToPath(new URL("../../runtime/web/", import.meta.url));

/** The namespace of these modules in the bundler, so that nothing depends on where they lie. */
export const WEB_NAMESPACE = "eventual-web";

/** Imports that whatwg-url would make and that a module of ours takes the place of. */
const REPLACED: Readonly<Record<string, string>> = { tr46: "domain" };

/** The module that an import means: `specifier` is written by a module of the program, or of `fromWeb`. */
export function webModule(specifier: string, importer: string, fromWeb: boolean): string | undefined {
  if (specifier.startsWith(PREFIX)) return specifier.slice(PREFIX.length);
  if (fromWeb) return /^\.\/([\w-]+)\.js$/.exec(specifier)?.[1];
  return /[\\/]node_modules[\\/]whatwg-url[\\/]/.test(importer) ? REPLACED[specifier] : undefined;
}

/** Source of a module of runtime/web. */
export function webSource(name: string): string {
  return readFileSync(`${WEB_FOLDER}${name}.js`, "utf8").replace(/\n\/\/# sourceMappingURL=.*\n?$/, "\n");
}

/** The id of a module of runtime/web in a program. */
export function webModuleId(name: string): string {
  return `${PREFIX}${name}.js`;
}

/** Adds the imports. */
export function importWebGlobals(file: t.File): void {
  const used = new Set<string>();
  const known = (name: string | undefined): name is string => name !== undefined && Object.hasOwn(WEB_GLOBALS, name);
  programPath(file).traverse({
    Identifier(path) {
      const { name } = path.node;
      if (!path.isReferencedIdentifier() || path.scope.hasBinding(name, true)) return;
      if (known(name)) used.add(name);
      const outer = name === "globalThis" ? readOf(path) : undefined;
      const member = outer === undefined ? undefined : memberName(outer.node);
      if (outer === undefined || !known(member) || outer.scope.hasBinding(member, true)) return;
      used.add(member);
      outer.replaceWith(t.inherits(t.identifier(member), outer.node));
    },
  });
  if (used.size === 0) return;
  const { program } = file;
  const add = program.sourceType === "module" ? importing : requiring;
  program.body.unshift(...[...used].map((name) => add(name, `${PREFIX}${WEB_GLOBALS[name]}`)));
}

/** `object.x` that is read, around `object`. */
function readOf(object: NodePath): NodePath<t.MemberExpression | t.OptionalMemberExpression> | undefined {
  const outer = object.parentPath;
  if (object.key !== "object" || (!outer?.isMemberExpression() && !outer?.isOptionalMemberExpression()))
    return undefined;
  const { parentPath: around, key } = outer;
  const written =
    around.isUpdateExpression() ||
    around.isUnaryExpression({ operator: "delete" }) ||
    around.isPattern() ||
    ((around.isAssignmentExpression() || around.isForXStatement()) && key === "left");
  return written ? undefined : outer;
}

function importing(name: string, specifier: string): t.Statement {
  const local = t.identifier(name);
  return t.importDeclaration([t.importSpecifier(local, t.identifier(name))], t.stringLiteral(specifier));
}

function requiring(name: string, specifier: string): t.Statement {
  const call = t.callExpression(t.identifier("require"), [t.stringLiteral(specifier)]);
  return t.variableDeclaration("const", [
    t.variableDeclarator(t.identifier(name), t.memberExpression(call, t.identifier(name))),
  ]);
}
