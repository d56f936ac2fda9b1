/**
 * What identifies a function, a resume point and a class from one version of a program to the next (language §8). It is
 * read from the tree as the author wrote it, before any pass changes it, and found again by place in the text.
 *
 *   I1  Comments, positions, types, quotes and parentheses change nothing.
 *   I2  The hash of a function leaves out the functions inside it: they have hashes of their own.
 *   I3  A resume point is its kind, the text of its operand, the regions around it, and its number among equals; or the
 *       name that the author pinned it to with a comment: @eventual at="…".
 */
import { createHash } from "node:crypto";
import { types as t } from "@babel/core";
import { Fault } from "../../runtime/protocol/fault.js";
import type { ClassEntry } from "../../runtime/protocol/program.js";

export interface PointIdentity {
  readonly id: string;
  /** The regions around it, outermost first: `try/for-of`. */
  readonly region: string;
  /** Hash of the statement that it is in: while that stays, so do the temporary values. */
  readonly statement: string;
}

export interface Identities {
  /** Hash of a function's or class's own code; "" for one that the compiler made. */
  readonly hashOf: (node: t.Node) => string;
  /** The id that the author pinned a function to. */
  readonly pinOf: (node: t.Node) => string | undefined;
  /** Ids for the points of one function, to be asked for in order. `kind` is a word such as `await`. */
  readonly points: () => (kind: string, source: t.Node) => PointIdentity;
  readonly classOf: (node: t.Class) => Omit<ClassEntry, "id" | "name"> | undefined;
}

interface Point {
  readonly operand: string;
  readonly region: string;
  readonly statement: string;
  readonly pin: string | undefined;
}

/** Reads the identities of a module. Throws Fault EV2038 for a pin that stands twice. */
export function identify(file: t.File, moduleId: string): Identities {
  const reader = new Reader(moduleId);
  reader.visit(file.program, { region: [], statement: undefined, pin: { name: undefined } });
  const { hashes, pins, points, classes } = reader;
  return {
    hashOf: (node) => at(hashes, node) ?? "",
    pinOf: (node) => at(pins, node),
    classOf: (node) => at(classes, node),
    points() {
      const used = new Map<string, number>();
      return (kind, source) => {
        const point = at(points, source);
        const region = point?.region ?? "";
        const path = region === "" ? "" : `/${region}`;
        const base = point?.pin === undefined ? `${kind}:${point?.operand ?? ""}${path}` : `at:${point.pin}`;
        const count = (used.get(base) ?? 0) + 1;
        used.set(base, count);
        return { id: count === 1 ? base : `${base}~${count}`, region, statement: point?.statement ?? "" };
      };
    },
  };
}

/** By offset in the text: nodes are replaced by later passes, their places stay. */
function at<Value>(map: ReadonlyMap<number, Value>, node: t.Node): Value | undefined {
  const index = node.loc?.start.index;
  return index === undefined ? undefined : map.get(index);
}

interface Around {
  readonly region: readonly string[];
  readonly statement: t.Statement | undefined;
  /** The pin of the statement, until a point takes it. */
  readonly pin: { name: string | undefined };
}

const REGIONS: Readonly<Record<string, string>> = {
  ForStatement: "for",
  ForInStatement: "for-in",
  ForOfStatement: "for-of",
  WhileStatement: "while",
  DoWhileStatement: "do",
};

class Reader {
  readonly hashes = new Map<number, string>();
  readonly pins = new Map<number, string>();
  readonly points = new Map<number, Point>();
  readonly classes = new Map<number, Omit<ClassEntry, "id" | "name">>();
  readonly #moduleId: string;
  readonly #pinned = new Set<string>();

  constructor(moduleId: string) {
    this.#moduleId = moduleId;
  }

  visit(node: t.Node, around: Around): void {
    const inner = this.#enter(node, around);
    for (const [key, child] of childrenOf(node)) this.visit(child, regionOf(node, key, inner));
  }

  #enter(node: t.Node, around: Around): Around {
    const index = node.loc?.start.index;
    if (index === undefined) return around;
    const pin = this.#pinIn(node, "at");
    if (pin !== undefined) around = { ...around, pin: { name: pin } };
    if (isSuspension(node)) {
      this.#addPoint(index, node, around);
    } else if (t.isFunction(node)) {
      this.hashes.set(index, shortHash(textOf(node, node)));
      const id = this.#functionPin(node) ?? around.pin.name;
      if (id?.startsWith(ID_PIN)) {
        this.pins.set(index, id.slice(ID_PIN.length));
        around.pin.name = undefined;
      }
      return { region: [], statement: undefined, pin: { name: undefined } };
    } else if (t.isClass(node)) {
      const hash = shortHash(textOf(node, node));
      this.hashes.set(index, hash);
      this.classes.set(index, { hash, ...shapeOf(node) });
    }
    if (!t.isStatement(node)) return around;
    const id = this.#pinIn(node, "id");
    return { ...around, statement: node, pin: id === undefined ? around.pin : { name: ID_PIN + id } };
  }

  #functionPin(node: t.Node): string | undefined {
    const id = this.#pinIn(node, "id");
    return id === undefined ? undefined : ID_PIN + id;
  }

  #addPoint(index: number, node: t.Node, around: Around): void {
    const pin = around.pin.name?.startsWith(ID_PIN) === false ? around.pin.name : undefined;
    if (pin !== undefined) around.pin.name = undefined;
    const statement = shortHash(around.statement === undefined ? "" : textOf(around.statement, undefined));
    this.points.set(index, { operand: operandHash(node), region: around.region.join("/"), statement, pin });
  }

  #pinIn(node: t.Node, kind: "at" | "id"): string | undefined {
    for (const comment of node.leadingComments ?? []) {
      const found = PIN.exec(comment.value);
      if (found?.[1] !== kind) continue;
      const name = found[2] ?? found[3] ?? "";
      this.#refuseTwice(kind, name, comment);
      return name;
    }
    return undefined;
  }

  #refuseTwice(kind: string, name: string, comment: t.Comment): void {
    const { line = 1, column = 0, index = 0 } = comment.loc?.start ?? {};
    const key = `${kind} ${name}`;
    // A comment may be attached to a statement and to what begins it.
    if (this.#pinned.has(key) && !this.#pinned.has(`${key} ${index}`)) {
      throw new Fault("EV2038", `The pin ${kind}="${name}" stands twice in this module`, {
        remedy: "Give each resume point and function a name of its own.",
        place: `${this.#moduleId}:${line}:${column + 1}`,
      });
    }
    this.#pinned.add(key).add(`${key} ${index}`);
  }
}

const PIN = /^\s*@eventual\s+(at|id)=(?:"([^"]+)"|([^\s"]+))\s*$/;
/** Marks a pin that is meant for a function. */
const ID_PIN = "\0id ";

function isSuspension(node: t.Node): boolean {
  return (
    node.type === "AwaitExpression" ||
    node.type === "YieldExpression" ||
    (node.type === "ForOfStatement" && node.await) ||
    (node.type === "VariableDeclaration" && node.kind === "await using")
  );
}

function operandHash(node: t.Node): string {
  if (node.type === "ForOfStatement") return shortHash(textOf(node.right, undefined));
  if (node.type === "AwaitExpression" || node.type === "YieldExpression") {
    return shortHash(node.argument ? textOf(node.argument, undefined) : "");
  }
  return shortHash(textOf(node, undefined));
}

function regionOf(parent: t.Node, key: string, around: Around): Around {
  if (parent.type === "TryStatement") {
    const name = key === "block" ? "try" : key === "handler" ? "catch" : "finally";
    return { ...around, region: [...around.region, name] };
  }
  const region = REGIONS[parent.type];
  if (region === undefined || (key !== "body" && parent.type !== "ForStatement")) return around;
  const awaited = parent.type === "ForOfStatement" && parent.await ? "for-await" : region;
  return { ...around, region: [...around.region, awaited] };
}

function shapeOf(node: t.Class): Omit<ClassEntry, "id" | "name" | "hash"> {
  const fields: string[] = [];
  const privateNames: string[] = [];
  let computedKeys = 0;
  for (const member of node.body.body) {
    if ("computed" in member && member.computed === true) computedKeys++;
    if ("key" in member && member.key.type === "PrivateName") privateNames.push(member.key.id.name);
    else if (member.type === "ClassProperty" && !member.static && member.key.type === "Identifier" && !member.computed)
      fields.push(member.key.name);
  }
  return { fields, privateNames: [...new Set(privateNames)], computedKeys, derived: node.superClass != null };
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Properties of nodes that say nothing about what the code does. */
const SILENT = new Set(["type", "loc", "start", "end", "range", "extra", "errors", "comments", "tokens"]);

/** A text that is equal for equal code. Functions inside, other than `own`, are only mentioned. */
function textOf(node: t.Node, own: t.Node | undefined): string {
  const parts: string[] = [];
  const write = (value: unknown): void => {
    if (Array.isArray(value)) {
      parts.push("[");
      for (const each of value) write(each);
      parts.push("]");
    } else if (isNode(value)) {
      parts.push("(", value.type);
      if (value === own || !t.isFunction(value)) {
        for (const [key, part] of contentOf(value)) {
          parts.push(" ", key);
          write(part);
        }
      }
      parts.push(")");
    } else parts.push("=", JSON.stringify(value) ?? String(value), ";");
  };
  write(node);
  return parts.join("");
}

function contentOf(node: t.Node): readonly (readonly [string, unknown])[] {
  return Object.entries(node)
    .filter(([key, value]) => !isSilent(key) && value !== undefined && value !== null && value !== false)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function isSilent(key: string): boolean {
  return SILENT.has(key) || key.startsWith("_") || /Comments$|^type[A-Z]|^returnType$/.test(key);
}

function childrenOf(node: t.Node): readonly (readonly [string, t.Node])[] {
  return (t.VISITOR_KEYS[node.type] ?? []).flatMap((key) => {
    const value: unknown = Object.entries(node).find(([name]) => name === key)?.[1];
    return (Array.isArray(value) ? value : [value]).filter(isNode).map((child) => [key, child] as const);
  });
}

function isNode(value: unknown): value is t.Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
