/** Removes from a side's tree what did not turn out to be needed. */
import type { types as t } from "@babel/core";
import { isApiSpecifier } from "../project/api.js";
import type { ModuleGraph } from "./graph.js";
import { keyIn, type Live } from "./liveness.js";
import type { SideModule } from "./side.js";
import { nameText } from "./table.js";

/** Sweeps the module's tree in place. */
export function sweepModule(graph: ModuleGraph, module: SideModule, live: Live): void {
  const dead = new Set<t.Node>();
  for (const item of module.items) if (!live.items.has(item)) dead.add(item.path.node);
  const hasContent = module.items.some((item) => live.items.has(item));
  const { program } = module.tree;
  program.body = program.body.filter((statement) => keep(statement, { graph, module, live, dead, hasContent }));
}

interface Context {
  readonly graph: ModuleGraph;
  readonly module: SideModule;
  readonly live: Live;
  readonly dead: ReadonlySet<t.Node>;
  /** Something of the module is live besides imports. */
  readonly hasContent: boolean;
}

function keep(statement: t.Statement, context: Context): boolean {
  switch (statement.type) {
    case "ImportDeclaration":
      return keepImport(statement, context);
    case "ExportAllDeclaration":
      return isExportLive(context, `*${statement.source.value}`) || isEffectful(statement.source.value, context);
    case "ExportNamedDeclaration":
      return keepExports(statement, context);
    case "VariableDeclaration":
      return keepDeclarators(statement, context.dead);
    default:
      return !context.dead.has(statement);
  }
}

/** A declaration without live names stays as `import "…"` where loading that module does something. */
function keepImport(declaration: t.ImportDeclaration, context: Context): boolean {
  const { live, module } = context;
  const hadNames = declaration.specifiers.length > 0;
  declaration.specifiers = declaration.specifiers.filter(({ local }) =>
    live.imports.has(keyIn(module.source, local.name)),
  );
  if (declaration.specifiers.length > 0) return true;
  const specifier = declaration.source.value;
  if (module.source.targets.has(specifier)) return isEffectful(specifier, context);
  return !hadNames && context.hasContent && !isApiSpecifier(specifier);
}

function keepExports(statement: t.ExportNamedDeclaration, context: Context): boolean {
  const { declaration, source } = statement;
  if (declaration?.type === "VariableDeclaration") return keepDeclarators(declaration, context.dead);
  if (declaration !== null && declaration !== undefined) return !context.dead.has(statement);
  statement.specifiers = statement.specifiers.filter(({ exported }) => isExportLive(context, nameText(exported)));
  if (statement.specifiers.length > 0) return true;
  return source !== null && source !== undefined && isEffectful(source.value, context);
}

function keepDeclarators(declaration: t.VariableDeclaration, dead: ReadonlySet<t.Node>): boolean {
  declaration.declarations = declaration.declarations.filter((declarator) => !dead.has(declarator));
  return declaration.declarations.length > 0;
}

function isExportLive({ live, module }: Context, name: string): boolean {
  return live.exports.has(keyIn(module.source, name));
}

function isEffectful(specifier: string, { module, live }: Context): boolean {
  const target = module.source.targets.get(specifier);
  return target !== undefined && live.effectful.has(target);
}
