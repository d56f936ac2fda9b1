/** The type check: TypeScript's findings about the user's own files, as diagnostics. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import ts from "typescript";
import type { FaultCode } from "../../runtime/protocol/fault.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { type TypeFacts, typeFacts } from "./facts.js";
import type { ProjectOptions } from "./options.js";
import { remedyForOriginal } from "./original.js";

const REMEDIES: Record<"EV1002" | "EV1003" | "EV1004", string> = {
  EV1002: "Correct the TypeScript configuration.",
  EV1003: "Correct the syntax.",
  EV1004: "Correct the types: a program is built only when it type-checks.",
};

/** What one type check gives. */
export interface CheckedTypes {
  readonly diagnostics: readonly Diagnostic[];
  /** Answers about the types of this check. */
  readonly facts: TypeFacts;
}

/** TypeScript's messages about imports that lead nowhere: a file that appears later may mend them. */
const UNRESOLVED = new Set([2307, 2792, 7016]);

/** Type checks of one project, each of which keeps what the last one found out about unchanged files. */
export class TypeService {
  readonly #rootNames: readonly string[];
  readonly #options: ProjectOptions;
  readonly #idOf: (file: string) => string;
  readonly #host: ts.CompilerHost;
  #builder: ts.SemanticDiagnosticsBuilderProgram | undefined;
  #unresolved = false;
  #generation = 0;
  /** The check in which each file's types changed last. */
  readonly #changed = new Map<string, number>();

  constructor(entry: string, options: ProjectOptions, idOf: (file: string) => string) {
    this.#rootNames = [entry, ...options.declarations];
    this.#options = options;
    this.#idOf = idOf;
    this.#host = cachingHost(options.compiler);
  }

  /** Whether these are the entry and the options that it was made for. */
  serves(entry: string, options: ProjectOptions): boolean {
    const { compiler, declarations, diagnostics } = options;
    return (
      isDeepStrictEqual(this.#rootNames, [entry, ...declarations]) &&
      isDeepStrictEqual(this.#options.compiler, compiler) &&
      this.#options.diagnostics.length + diagnostics.length === 0
    );
  }

  /** Checks the entry and everything it imports, as the files are now. Findings in packages are not reported. */
  check(): CheckedTypes {
    const builder = ts.createSemanticDiagnosticsBuilderProgram(
      this.#rootNames,
      this.#options.compiler,
      this.#host,
      this.#unresolved ? undefined : this.#builder,
    );
    this.#builder = builder;
    const program = builder.getProgram();
    const files = program.getSourceFiles().filter((file) => isUsers(program, file, this.#options.ownFolders));
    this.#generation++;
    for (let next = nextAffected(builder); next !== undefined; next = nextAffected(builder)) {
      if (next === EVERYTHING) this.#changed.clear();
      this.#changed.set(next, this.#generation);
    }
    const syntax = files.flatMap((file) => [...builder.getSyntacticDiagnostics(file)]);
    // After a syntax error the other findings are mostly its echo.
    const types = syntax.length > 0 ? [] : files.flatMap((file) => [...builder.getSemanticDiagnostics(file)]);
    this.#unresolved = types.some(({ code }) => UNRESOLVED.has(code));
    const diagnostics = [
      ...translate("EV1002", [...this.#options.diagnostics, ...program.getOptionsDiagnostics()], this.#idOf),
      ...translate("EV1004", syntax.length > 0 ? [] : program.getGlobalDiagnostics(), this.#idOf),
      ...translate("EV1003", syntax, this.#idOf),
      ...translate("EV1004", types, this.#idOf),
    ];
    const generation = (file: string) => this.#changed.get(file) ?? this.#changed.get(EVERYTHING) ?? 0;
    return { diagnostics, facts: typeFacts(program, generation) };
  }
}

/** The next file whose types the builder finds changed, checked; undefined at the end. */
function nextAffected(builder: ts.SemanticDiagnosticsBuilderProgram): string | undefined {
  const next = builder.getSemanticDiagnosticsOfNextAffectedFile();
  if (next === undefined) return undefined;
  return "fileName" in next.affected ? resolve(next.affected.fileName) : EVERYTHING;
}

/** Stands for all files, when the globals or options changed. */
const EVERYTHING = "";

/** A host that parses a file again only when its text has changed. */
function cachingHost(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true);
  const known = new Map<string, { readonly text: string; readonly file: ts.SourceFile }>();
  return {
    ...host,
    getSourceFile(name, languageVersion) {
      const text = host.readFile(name);
      if (text === undefined) return undefined;
      const last = known.get(name);
      if (last?.text === text) return last.file;
      const file = ts.createSourceFile(name, text, languageVersion, true);
      // The builder compares versions to find out which files have changed.
      Object.assign(file, { version: createHash("sha256").update(text).digest("hex") });
      known.set(name, { text, file });
      return file;
    },
  };
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
      remedy: remedyForOriginal(diagnostic) ?? REMEDIES[code],
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
