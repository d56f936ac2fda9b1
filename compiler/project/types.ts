/** The type check: TypeScript's findings about the user's own files, as diagnostics. */
import { resolve } from "node:path";
import ts from "typescript";
import type { FaultCode } from "../../runtime/protocol/fault.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { ProjectOptions } from "./options.js";

const REMEDIES: Record<"EV1002" | "EV1003" | "EV1004", string> = {
  EV1002: "Correct the TypeScript configuration.",
  EV1003: "Correct the syntax.",
  EV1004: "Correct the types: a program is built only when it type-checks.",
};

/** Checks the entry and everything it imports. Findings in packages are not reported. */
export function typeCheck(
  entry: string,
  options: ProjectOptions,
  idOf: (file: string) => string,
): readonly Diagnostic[] {
  const rootNames = [entry, ...options.declarations];
  const program = ts.createProgram({ rootNames, options: options.compiler });
  const files = program.getSourceFiles().filter((file) => isUsers(program, file, options.ownFolders));
  const syntax = files.flatMap((file) => program.getSyntacticDiagnostics(file));
  // After a syntax error the other findings are mostly its echo.
  const types = syntax.length > 0 ? [] : files.flatMap((file) => program.getSemanticDiagnostics(file));
  return [
    ...translate("EV1002", [...options.diagnostics, ...program.getOptionsDiagnostics()], idOf),
    ...translate("EV1004", syntax.length > 0 ? [] : program.getGlobalDiagnostics(), idOf),
    ...translate("EV1003", syntax, idOf),
    ...translate("EV1004", types, idOf),
  ];
}

function isUsers(program: ts.Program, file: ts.SourceFile, ownFolders: readonly string[]): boolean {
  if (program.isSourceFileFromExternalLibrary(file) || program.isSourceFileDefaultLibrary(file)) return false;
  // Declarations found by `types` (`@types/node`) do not count as an external library for TypeScript.
  if (/[\\/]node_modules[\\/]/.test(file.fileName)) return false;
  return !ownFolders.some((folder) => resolve(file.fileName).startsWith(folder));
}

function translate(
  code: keyof typeof REMEDIES & FaultCode,
  diagnostics: readonly ts.Diagnostic[],
  idOf: (file: string) => string,
): readonly Diagnostic[] {
  return diagnostics
    .filter(({ category }) => category === ts.DiagnosticCategory.Error)
    .map((diagnostic) => ({
      code,
      severity: "error",
      message: `${ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n")} (TS${diagnostic.code})`,
      remedy: REMEDIES[code],
      ...placeIn(diagnostic, idOf),
    }));
}

function placeIn(
  { file, start, length }: ts.Diagnostic,
  idOf: (file: string) => string,
): Pick<Diagnostic, "file" | "line" | "column" | "length" | "source"> {
  if (file === undefined || start === undefined) {
    return { file: undefined, line: 0, column: 0, length: 0, source: undefined };
  }
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const restOfLine = file.text.slice(start).search(/\r?\n|$/);
  return {
    file: idOf(file.fileName),
    line: line + 1,
    column: character + 1,
    length: Math.max(1, Math.min(length ?? 1, restOfLine)),
    source: file.text,
  };
}
