/**
 * What the rules of workflow code ask of the types: questions about places in a file, answered from TypeScript's
 * checker. The rules work on Babel's trees; both count characters from the file's start, so a place is a pair of offsets.
 */
import ts from "typescript";
import { WEB_GLOBALS } from "./web-globals.js";

export interface TypeFacts {
  /**
   * Whether the expression between two offsets of a file (absolute path) gives a promise, or an array of promises;
   * undefined when there is no such expression or its type says nothing (`any`).
   */
  readonly promise: (file: string, start: number, end: number) => "promise" | "promises" | undefined;
  /**
   * The host's class that the value of the variable declared at an offset belongs to: one whose objects live in Node or
   * in a package built on Node's classes. Undefined for values that can be saved.
   */
  readonly hostClass: (file: string, start: number, end: number) => HostClass | undefined;
  /** A number that stays the same as long as no answer about a file can have changed. */
  readonly generation: (file: string) => number;
}

export interface HostClass {
  /** Of the value's own class: `Client`. */
  readonly name: string;
  /** The host's class that it is or extends: `EventEmitter`. */
  readonly base: string;
}

/** The facts of one checked program. */
export function typeFacts(program: ts.Program, generation: TypeFacts["generation"]): TypeFacts {
  const checker = program.getTypeChecker();
  const typeAt = (file: string, start: number, end: number): ts.Type | undefined => {
    const source = program.getSourceFile(file);
    const node = source === undefined ? undefined : nodeAt(source, start, end);
    return node === undefined ? undefined : checker.getTypeAtLocation(node);
  };
  return {
    promise(file, start, end) {
      const type = typeAt(file, start, end);
      if (type === undefined) return undefined;
      if (isPromise(checker, type)) return "promise";
      const element = checker.isArrayType(type) || checker.isTupleType(type) ? elementsOf(checker, type) : [];
      return element.some((each) => isPromise(checker, each)) ? "promises" : undefined;
    },
    hostClass(file, start, end) {
      const type = typeAt(file, start, end);
      return type === undefined ? undefined : hostClassOf(checker, type);
    },
    generation,
  };
}

/** The outermost node that covers exactly these offsets. */
function nodeAt(source: ts.SourceFile, start: number, end: number): ts.Node | undefined {
  const find = (node: ts.Node): ts.Node | undefined => {
    if (node.pos > start || node.end < end) return undefined;
    if (node.getStart(source) === start && node.end === end) return node;
    return ts.forEachChild(node, find);
  };
  return find(source);
}

function elementsOf(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  return checker.getTypeArguments(type as ts.TypeReference);
}

function isPromise(checker: ts.TypeChecker, type: ts.Type): boolean {
  if ((type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never)) !== 0) return false;
  if (type.isUnion()) return type.types.some((each) => isPromise(checker, each));
  const then = checker.getPropertyOfType(checker.getApparentType(type), "then");
  return (
    then !== undefined && checker.getSignaturesOfType(checker.getTypeOfSymbol(then), ts.SignatureKind.Call).length > 0
  );
}

const HOST_DECLARATIONS = /[\\/]node_modules[\\/]@types[\\/]node[\\/]|[\\/]lib\.(dom|webworker)[\w.]*\.d\.ts$/;
/** Declared by the host, and there in workflows too: classes of the web platform, what `setTimeout` gives. */
const ALSO_OF_WORKFLOWS: ReadonlySet<string> = new Set([
  "Timeout",
  "Timer",
  "URLSearchParamsIterator",
  ...Object.keys(WEB_GLOBALS),
]);
const LANGUAGE = /[\\/]lib\.(es|decorators)[\w.]*\.d\.ts$/;

function hostClassOf(checker: ts.TypeChecker, type: ts.Type): HostClass | undefined {
  if (type.isUnion()) {
    return type.types.map((each) => hostClassOf(checker, each)).find((found) => found !== undefined);
  }
  const all = withBases(checker, type);
  // A Buffer comes back from a task as the Uint8Array that it is.
  if (all.some((each) => each.getSymbol()?.name === "Uint8Array")) return undefined;
  if (isAlsoOfWorkflows(type)) return undefined;
  for (const each of all) {
    const symbol = each.getSymbol();
    if (symbol === undefined || isAlsoOfWorkflows(each) || !isHosts(symbol)) continue;
    if (!hasMethods(checker, each, symbol)) continue;
    return { name: type.getSymbol()?.name ?? symbol.name, base: symbol.name };
  }
  return undefined;
}

/** `@types/node` writes `__Event` for the interface of `Event`. */
function isAlsoOfWorkflows(type: ts.Type): boolean {
  return ALSO_OF_WORKFLOWS.has((type.getSymbol()?.name ?? "").replace(/^_+/, ""));
}

/** The type and the classes and interfaces that it extends, each once; what the language's own extend is the language's. */
function withBases(checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] {
  const found = new Set<ts.Type>([type]);
  for (const each of found) {
    if (isLanguages(each)) continue;
    for (const part of each.isIntersection() ? each.types : []) found.add(part);
    const target = isReference(each) ? each.target : each;
    if (target.isClassOrInterface()) for (const base of checker.getBaseTypes(target)) found.add(base);
  }
  return [...found];
}

function isLanguages(type: ts.Type): boolean {
  return type.getSymbol()?.declarations?.some((each) => LANGUAGE.test(each.getSourceFile().fileName)) === true;
}

function isReference(type: ts.Type): type is ts.TypeReference {
  return "target" in type && type.target !== undefined;
}

/** Declared by the host alone: `Error` or `Promise`, which Node only adds to, are the language's. */
function isHosts(symbol: ts.Symbol): boolean {
  const declarations = symbol.declarations ?? [];
  return declarations.length > 0 && declarations.every((each) => HOST_DECLARATIONS.test(each.getSourceFile().fileName));
}

/** Records of plain data have none; they can be saved. */
function hasMethods(checker: ts.TypeChecker, type: ts.Type, symbol: ts.Symbol): boolean {
  if (!symbol.declarations?.some((each) => ts.isClassDeclaration(each) || ts.isInterfaceDeclaration(each)))
    return false;
  return checker.getPropertiesOfType(type).some((property) => (property.flags & ts.SymbolFlags.Method) !== 0);
}
