/**
 * Programs written for the original framework may import parts of it that are not about orchestration. For each such
 * name: what takes its place.
 */
import ts from "typescript";
import { isApiSpecifier } from "./api.js";

const HTTP =
  "Eventual serves no HTTP routes of a program: write them with a web framework that embeds the runtime (docs/embedding.md) or calls its HTTP API (docs/http.md).";
const STORES = "Eventual has no such stores: use a database or a client library of your own in a task.";
const CLIENT = "Use `eventual/client` over HTTP, or `eventual/runtime` in the application's own process.";

const REMEDIES: Readonly<Record<string, string>> = {
  ...remediesOf(HTTP, "api", "command", "middleware", "HttpRequest", "HttpResponse", "HttpError", "socket"),
  ...remediesOf(STORES, "entity", "transaction", "bucket", "queue", "fifoQueue", "index", "stream"),
  ...remediesOf(CLIENT, "EventualServiceClient", "ServiceClient", "HttpEventualClient"),
};
const OTHERS = "It is not part of Eventual. docs/original.md says what is, and what takes the place of the rest.";

/** The packages beside the API's, and what takes their place. */
const PACKAGES: Readonly<Record<string, string>> = {
  "@eventual/client": CLIENT,
  "@eventual/testing": "Use `eventual/testing` (docs/testing.md).",
};

function remediesOf(remedy: string, ...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, remedy]));
}

/** TypeScript's messages about a name that a module does not export. */
const NOT_EXPORTED: ReadonlySet<number> = new Set([2305, 2614, 2724]);
/** And about a module that is not there. */
const NOT_FOUND: ReadonlySet<number> = new Set([2307, 2792]);

/** What to do about an import that only the original framework satisfies; undefined for other findings. */
export function remedyForOriginal({ code, file, start, messageText }: ts.Diagnostic): string | undefined {
  if (file === undefined || start === undefined) return undefined;
  if (!NOT_EXPORTED.has(code) && !NOT_FOUND.has(code)) return undefined;
  const specifier = importAt(file, start);
  if (specifier === undefined) return undefined;
  if (NOT_FOUND.has(code)) return PACKAGES[specifier];
  if (!isApiSpecifier(specifier)) return undefined;
  const name = /member(?: named)? '(\w+)'/.exec(ts.flattenDiagnosticMessageText(messageText, "\n"))?.[1] ?? "";
  if (Object.hasOwn(REMEDIES, name)) return REMEDIES[name];
  return specifier === "eventual" ? undefined : OTHERS;
}

/** The module that the import or re-export at `position` names. */
function importAt(file: ts.SourceFile, position: number): string | undefined {
  const statement = file.statements.find(({ pos, end }) => pos <= position && position < end);
  if (statement === undefined || !(ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement))) return;
  const { moduleSpecifier } = statement;
  return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
}
