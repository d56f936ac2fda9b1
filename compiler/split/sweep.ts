/** Removes from a side's tree what did not turn out to be needed. */
import type { types as t } from "@babel/core";
import { isApiSpecifier } from "../project/api.js";
import type { ModuleGraph } from "./graph.js";
import { keyIn, type Live } from "./liveness.js";
import type { SideModule } from "./side.js";
import { nameText } from "./table.js";

/** The module's tree without what is not needed. The module's own tree stays as it is; the nodes are shared. */
export function sweepModule(graph: ModuleGraph, module: SideModule, live: Live): t.File {
  const dead = new Set<t.Node>();
  for (const item of module.items) if (!live.items.has(item)) dead.add(item.path.node);
  const hasContent = module.items.some((item) => live.items.has(item));
  const context: Context = { graph, module, live, dead, hasContent };
  const { program } = module.tree;
  const body = program.body.flatMap((statement) => keep(statement, context) ?? []);
  return { ...module.tree, program: { ...program, body } };
}

interface Context {
  readonly graph: ModuleGraph;
  readonly module: SideModule;
  readonly live: Live;
  readonly dead: ReadonlySet<t.Node>;
  /** Something of the module is live besides imports. */
  readonly hasContent: boolean;
}

/** The statement as it stays; undefined when nothing of it does. */
function keep(statement: t.Statement, context: Context): t.Statement | undefined {
  switch (statement.type) {
    case "ImportDeclaration":
      return keepImport(statement, context);
    case "ExportAllDeclaration":
      return isExportLive(context, `*${statement.source.value}`) || isEffectful(statement.source.value, context)
        ? statement
        : undefined;
    case "ExportNamedDeclaration":
      return keepExports(statement, context);
    case "VariableDeclaration":
      return keepDeclarators(statement, context.dead);
    default:
      return context.dead.has(statement) ? undefined : statement;
  }
}

/** A declaration without live names stays as `import "…"` where loading that module does something. */
function keepImport(declaration: t.ImportDeclaration, context: Context): t.ImportDeclaration | undefined {
  const { live, module } = context;
  const hadNames = declaration.specifiers.length > 0;
  const specifiers = declaration.specifiers.filter(({ local }) => live.imports.has(keyIn(module.source, local.name)));
  const kept = { ...declaration, specifiers };
  if (specifiers.length > 0) return kept;
  const specifier = declaration.source.value;
  if (module.source.targets.has(specifier)) return isEffectful(specifier, context) ? kept : undefined;
  return !hadNames && context.hasContent && !isApiSpecifier(specifier) ? kept : undefined;
}

function keepExports(statement: t.ExportNamedDeclaration, context: Context): t.ExportNamedDeclaration | undefined {
  const { declaration, source } = statement;
  if (declaration?.type === "VariableDeclaration") {
    const kept = keepDeclarators(declaration, context.dead);
    return kept === undefined ? undefined : { ...statement, declaration: kept };
  }
  if (declaration !== null && declaration !== undefined) return context.dead.has(statement) ? undefined : statement;
  const specifiers = statement.specifiers.filter(({ exported }) => isExportLive(context, nameText(exported)));
  const stays =
    specifiers.length > 0 || (source !== null && source !== undefined && isEffectful(source.value, context));
  return stays ? { ...statement, specifiers } : undefined;
}

function keepDeclarators(
  declaration: t.VariableDeclaration,
  dead: ReadonlySet<t.Node>,
): t.VariableDeclaration | undefined {
  const declarations = declaration.declarations.filter((declarator) => !dead.has(declarator));
  return declarations.length > 0 ? { ...declaration, declarations } : undefined;
}

function isExportLive({ live, module }: Context, name: string): boolean {
  return live.exports.has(keyIn(module.source, name));
}

function isEffectful(specifier: string, { module, live }: Context): boolean {
  const target = module.source.targets.get(specifier);
  return target !== undefined && live.effectful.has(target);
}
