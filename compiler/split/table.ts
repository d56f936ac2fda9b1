/** What one module imports and exports, by name: read from its syntax tree, no other module asked. */
import type { types as t } from "@babel/core";
import { boundNames } from "../syntax/bound-names.js";

/** `name` of an import or re-export that means the whole module. */
export const NAMESPACE = "*";
/** The local name under which an anonymous default export is known. */
export const DEFAULT_LOCAL = "*default*";

export interface ImportedName {
  readonly specifier: string;
  /** The exported name there, "default", or NAMESPACE. */
  readonly name: string;
}

export type ExportedName =
  | { readonly kind: "local"; readonly local: string }
  | { readonly kind: "from"; readonly specifier: string; readonly name: string };

export interface ModuleTable {
  /** By local name. */
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** By exported name. */
  readonly exports: ReadonlyMap<string, ExportedName>;
  /** Specifiers of `export * from`, in order. */
  readonly stars: readonly string[];
  /** Every static import and re-export, in order of the text. */
  readonly references: readonly { readonly specifier: string; readonly node: t.Node }[];
}

interface Builder {
  readonly imports: Map<string, ImportedName>;
  readonly exports: Map<string, ExportedName>;
  readonly stars: string[];
  readonly references: { specifier: string; node: t.Node }[];
}

/** Reads the table of a module whose types have been removed. */
export function readTable(program: t.Program): ModuleTable {
  const table: Builder = { imports: new Map(), exports: new Map(), stars: [], references: [] };
  for (const statement of program.body) {
    if ("source" in statement && statement.source !== null && statement.source !== undefined) {
      table.references.push({ specifier: statement.source.value, node: statement.source });
    }
    if (statement.type === "ImportDeclaration") addImports(table, statement);
    else if (statement.type === "ExportNamedDeclaration") addExports(table, statement);
    else if (statement.type === "ExportAllDeclaration") table.stars.push(statement.source.value);
    else if (statement.type === "ExportDefaultDeclaration") {
      table.exports.set("default", { kind: "local", local: defaultLocal(statement) });
    }
  }
  return table;
}

/** The local name of `export default …`. */
export function defaultLocal({ declaration }: t.ExportDefaultDeclaration): string {
  if (declaration.type === "FunctionDeclaration" || declaration.type === "ClassDeclaration") {
    return declaration.id?.name ?? DEFAULT_LOCAL;
  }
  return DEFAULT_LOCAL;
}

/** The text of an import or export name: `a` or `"any text"`. */
export function nameText(node: t.Identifier | t.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}

function addImports(table: Builder, declaration: t.ImportDeclaration): void {
  for (const imported of declaration.specifiers) {
    table.imports.set(imported.local.name, { specifier: declaration.source.value, name: importedName(imported) });
  }
}

function importedName(node: t.ImportDeclaration["specifiers"][number]): string {
  if (node.type === "ImportDefaultSpecifier") return "default";
  return node.type === "ImportNamespaceSpecifier" ? NAMESPACE : nameText(node.imported);
}

function addExports(table: Builder, statement: t.ExportNamedDeclaration): void {
  const specifier = statement.source?.value;
  for (const exported of statement.specifiers) {
    if (exported.type === "ExportDefaultSpecifier") continue;
    const name = nameText(exported.exported);
    if (exported.type === "ExportNamespaceSpecifier") {
      if (specifier !== undefined) table.exports.set(name, { kind: "from", specifier, name: NAMESPACE });
    } else if (specifier === undefined) table.exports.set(name, { kind: "local", local: exported.local.name });
    else table.exports.set(name, { kind: "from", specifier, name: nameText(exported.local) });
  }
  for (const local of declaredNames(statement.declaration)) table.exports.set(local, { kind: "local", local });
}

function declaredNames(declaration: t.Declaration | null | undefined): readonly string[] {
  if (declaration === null || declaration === undefined) return [];
  if (declaration.type === "VariableDeclaration") return declaration.declarations.flatMap(({ id }) => boundNames(id));
  if ("id" in declaration && declaration.id?.type === "Identifier") return [declaration.id.name];
  return [];
}
