/**
 * Source text to syntax tree. The tree is Babel's; TypeScript syntax is parsed and then removed from it, so every node
 * keeps its position in the user's file.
 */
import { parseSync, type types as t, transformFromAstSync } from "@babel/core";
import stripTypes from "@babel/plugin-transform-typescript";
import { Fault } from "../../runtime/protocol/fault.js";
import { declareParameterProperties } from "./parameter-properties.js";

/** Whether a file is certainly an ES module (the user's own) or may be CommonJS (a package's). */
export type SourceKind = "module" | "unambiguous";

type ParserPlugins = NonNullable<NonNullable<NonNullable<Parameters<typeof parseSync>[1]>["parserOpts"]>["plugins"]>;

/**
 * Parses a file and removes its types. `file` is used in places only.
 * Throws Fault EV1003 (syntax) or EV1005 (TypeScript syntax without a meaning in a module), with the place.
 */
export function parseModule(source: string, file: string, kind: SourceKind): t.File {
  const tree = parse(source, file, kind);
  if (!isTypeScript(file)) return tree;
  refuseCommonJsSyntax(tree, file);
  declareParameterProperties(tree);
  try {
    transformFromAstSync(tree, source, {
      ...BARE,
      filename: file,
      code: false,
      cloneInputAst: false,
      plugins: [[stripTypes, { onlyRemoveTypeImports: false, allowDeclareFields: true, allowNamespaces: true }]],
    });
  } catch (error) {
    throw stripFault(error, file);
  }
  return tree;
}

/** No configuration of the user's may change what Babel does here. */
const BARE = { configFile: false, babelrc: false, browserslistConfigFile: false } as const;

function parse(source: string, file: string, kind: SourceKind): t.File {
  try {
    const tree = parseSync(source, {
      ...BARE,
      sourceType: kind,
      parserOpts: { plugins: parserPlugins(file), allowReturnOutsideFunction: kind === "unambiguous" },
    });
    if (tree?.type === "File") return tree;
    throw new TypeError("the parser gave no file");
  } catch (error) {
    throw syntaxFault(error, file);
  }
}

function parserPlugins(file: string): ParserPlugins {
  const common: ParserPlugins = ["decorators-legacy", "decoratorAutoAccessors", "explicitResourceManagement"];
  if (!isTypeScript(file)) return [...common, "jsx"];
  return file.endsWith("x") ? [...common, "typescript", "jsx"] : [...common, "typescript"];
}

/** True for the extensions of TypeScript. */
export function isTypeScript(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

function refuseCommonJsSyntax(tree: t.File, file: string): void {
  for (const statement of tree.program.body) {
    if (statement.type === "TSExportAssignment") throw commonJsFault("export =", "export default", statement, file);
    if (statement.type !== "TSImportEqualsDeclaration" || statement.importKind === "type") continue;
    if (statement.moduleReference.type !== "TSExternalModuleReference") continue;
    throw commonJsFault("import … = require(…)", "import … from", statement, file);
  }
}

function commonJsFault(syntax: string, instead: string, node: t.Node, file: string): Fault {
  const start = node.loc?.start ?? { line: 1, column: 0 };
  return new Fault("EV1005", `\`${syntax}\` is CommonJS syntax; programs are ES modules`, {
    remedy: `Write \`${instead}\`.`,
    place: `${file}:${start.line}:${start.column + 1}`,
  });
}

function syntaxFault(error: unknown, file: string): Fault {
  const { line, column } = positionOf(error);
  return new Fault("EV1003", firstLine(error, file).replace(/ \(\d+:\d+\)$/, ""), {
    remedy: "Correct the syntax.",
    place: `${file}:${line}:${column + 1}`,
    cause: error,
  });
}

function stripFault(error: unknown, file: string): Fault {
  const text = error instanceof Error ? error.message : String(error);
  const line = /^> *(\d+) \|/m.exec(text)?.[1] ?? "1";
  return new Fault("EV1005", firstLine(error, file), {
    remedy: "Write the same with ECMAScript syntax: a module instead of a namespace, `import` and `export`.",
    place: `${file}:${line}:1`,
    cause: error,
  });
}

function firstLine(error: unknown, file: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split("\n", 1)[0] ?? "";
  for (const prefix of [`${file}: `, "unknown file: ", "unknown: "]) {
    if (line.startsWith(prefix)) return line.slice(prefix.length);
  }
  return line;
}

function positionOf(error: unknown): { line: number; column: number } {
  const loc = typeof error === "object" && error !== null && "loc" in error ? error.loc : undefined;
  if (typeof loc !== "object" || loc === null || !("line" in loc) || !("column" in loc)) return { line: 1, column: 0 };
  return { line: Number(loc.line), column: Number(loc.column) };
}
