/**
 * The forms that can be said in simpler ones: afterwards the passes of this folder meet fewer kinds of code.
 *
 *   D1  no `for await`: a loop over an async iterator record, closed in `finally`
 *   D2  no `using`: a record of resources, disposed of in `finally`
 *   D3  no tagged templates: calls with the site's strings object
 *   D4  no `super` in methods of object literals: `$superGet(home, …)` with the literal in a record
 *   D5  `return x` of an async generator awaits x; a module's own `await` is `$awaitTop(…)`
 *   D6  parameters that contain functions are bound in the body
 *   D7  arrow functions have block bodies
 *   D8  what a loop goes over does not mention the loop's own variables
 *   D9  iterators that are asked for by `x[Symbol.iterator]()` are asked for by `$iterate(x, Symbol.iterator)`
 */
import { types as t } from "@babel/core";
import { boundNames } from "../syntax/bound-names.js";
import { cannotLower, helper, type ModuleContext } from "./context.js";
import { withoutDead } from "./dead.js";
import { bindParameters } from "./parameters.js";
import { usesSuper, withoutSuper } from "./super.js";
import { assign, replaceChildren, undefinedNode } from "./tree.js";

interface Around {
  /** The function around; undefined at the top level of the module. */
  readonly fn: t.Function | undefined;
  /** Where a variable for an expression can be declared. */
  readonly block: t.BlockStatement | t.Program;
}

/** Rewrites a module in place. */
export function desugar(file: t.File, context: ModuleContext): void {
  const using = file.program.body.find(isUsing);
  if (using) throw cannotLower(context, using, "`using` at the top level of a module");
  const desugarer = new Desugarer(context);
  desugarer.below(file.program, { fn: undefined, block: file.program });
  desugarer.declareVariables();
}

class Desugarer {
  readonly #context: ModuleContext;
  /** The loops that `for await` statements became, for their labels. */
  readonly #loops = new WeakMap<t.Node, { loop: t.Statement; place(loop: t.Statement): void }>();

  /** Variables to be declared at the start of a block. */
  readonly #variables = new Map<t.BlockStatement | t.Program, string[]>();

  constructor(context: ModuleContext) {
    this.#context = context;
  }

  declareVariables(): void {
    for (const [{ body }, names] of this.#variables) {
      const declarators = names.map((name) => t.variableDeclarator(t.identifier(name), undefinedNode()));
      const firstOwn = body.findIndex((statement) => statement.type !== "ImportDeclaration");
      body.splice(Math.max(firstOwn, 0), 0, t.variableDeclaration("let", declarators));
    }
  }

  below(node: t.Node, around: Around): void {
    replaceChildren(node, (child) => this.#node(child, around));
  }

  #node(node: t.Node, around: Around): t.Node {
    if (t.isFunction(node)) return this.#function(node, around);
    if (node.type === "ObjectExpression" && node.properties.some(hasSuper)) return this.#homed(node, around);
    const inner: Around = node.type === "BlockStatement" ? { ...around, block: node } : around;
    if (node.type === "StaticBlock" || node.type === "ClassProperty" || node.type === "ClassPrivateProperty") {
      if (node.type === "StaticBlock" && node.body.some(isUsing)) node.body = [t.blockStatement(node.body)];
      // Neither belongs to the function around; what they need is declared outside of the class.
      this.below(node, { fn: t.functionExpression(null, [], t.blockStatement([])), block: around.block });
      return node;
    }
    if (t.isForXStatement(node)) buryHead(node);
    if (node.type === "ForOfStatement") this.#usingOfHead(node);
    if (node.type === "ForStatement" && node.init && isUsing(node.init))
      return this.#node(this.#usingFor(node), around);
    if (node.type === "BlockStatement") this.#resources(node, around);
    this.below(node, inner);
    switch (node.type) {
      case "ForOfStatement":
        return node.await ? this.#forAwait(node, around) : node;
      case "LabeledStatement":
        return this.#labeled(node);
      case "TaggedTemplateExpression":
        return this.#tagged(node);
      case "CallExpression":
        return asksForIterator(node) ? iterated(node) : node;
      case "AwaitExpression":
        return around.fn === undefined ? t.inherits(helper("$awaitTop", node.argument), node) : node;
      case "ReturnStatement":
        if (node.argument && around.fn?.async && around.fn.generator) {
          node.argument = t.inherits(t.awaitExpression(node.argument), node.argument);
        }
        return node;
      default:
        return node;
    }
  }

  #function(node: t.Function, around: Around): t.Function {
    if (node.type === "ArrowFunctionExpression" && node.body.type !== "BlockStatement") {
      node.body = t.blockStatement([t.inherits(t.returnStatement(node.body), node.body)]);
    }
    if ("key" in node && "computed" in node && node.computed)
      node.key = this.#node(node.key, around) as typeof node.key;
    const body = node.body as t.BlockStatement;
    bindParameters(node, this.#context);
    for (let i = 0; i < node.params.length; i++) {
      node.params[i] = this.#node(node.params[i]!, { fn: node, block: around.block }) as t.FunctionParameter;
    }
    this.#node(body, { fn: node, block: body });
    return node;
  }

  // { m() { return super.x } }   →   ($home1 = { home: void 0 }, $home1.home = { m() { return $superGet($home1.home, "x", this) } })
  #homed(node: t.ObjectExpression, around: Around): t.Expression {
    const record = this.#declare("$home", around.block);
    const home = () => t.memberExpression(t.identifier(record), t.identifier("home"));
    for (const property of node.properties) {
      if (property.type === "ObjectMethod" && hasSuper(property))
        withoutSuper(property, { home, declare: (block) => this.#declare("$super", block), context: this.#context });
    }
    this.below(node, around);
    return t.sequenceExpression([
      t.assignmentExpression(
        "=",
        t.identifier(record),
        t.objectExpression([t.objectProperty(t.identifier("home"), undefinedNode())]),
      ),
      t.assignmentExpression("=", home(), node),
    ]);
  }

  #declare(prefix: string, block: t.BlockStatement | t.Program): string {
    const name = this.#context.unique(prefix);
    this.#context.copied.add(name);
    this.#variables.set(block, [...(this.#variables.get(block) ?? []), name]);
    return name;
  }

  #await(value: t.Expression, around: Around): t.Expression {
    return around.fn === undefined ? helper("$awaitTop", value) : t.awaitExpression(value);
  }

  // for await (LEFT of RIGHT) BODY   →
  //   { const $loop1 = $asyncIter(RIGHT);
  //     try { while ($asyncValue($loop1, await $asyncNext($loop1))) { LEFT = $loop1.value; BODY } }
  //     catch ($error1) { $asyncThrown($loop1); throw $error1; }
  //     finally { if ($asyncReturn($loop1)) { try { $asyncReturned($loop1, await $loop1.value); } catch ($error2) { $asyncReturnFailed($loop1, $error2); } } } }
  #forAwait(node: t.ForOfStatement, around: Around): t.Statement {
    const name = this.#context.unique("$loop");
    const record = () => t.identifier(name);
    const value = () => t.memberExpression(record(), t.identifier("value"));
    const next = this.#await(helper("$asyncNext", record()), around);
    const bind =
      node.left.type === "VariableDeclaration"
        ? t.variableDeclaration(node.left.kind, [t.variableDeclarator(node.left.declarations[0]!.id, value())])
        : assign(node.left as t.LVal, value());
    const test = t.inherits(helper("$asyncValue", record(), t.inherits(next, node.right)), node.right);
    const loop = t.inherits(t.whileStatement(test, t.blockStatement([t.inherits(bind, node.left), node.body])), node);
    const error = this.#context.unique("$error");
    const closeError = this.#context.unique("$error");
    const call = (statement: t.Expression) => t.expressionStatement(statement);
    const attempt = t.blockStatement([loop]);
    const close = t.tryStatement(
      t.blockStatement([call(helper("$asyncReturned", record(), this.#await(value(), around)))]),
      t.catchClause(
        t.identifier(closeError),
        t.blockStatement([call(helper("$asyncReturnFailed", record(), t.identifier(closeError)))]),
      ),
    );
    const guarded = t.tryStatement(
      attempt,
      t.catchClause(
        t.identifier(error),
        t.blockStatement([call(helper("$asyncThrown", record())), t.throwStatement(t.identifier(error))]),
      ),
      t.blockStatement([t.ifStatement(helper("$asyncReturn", record()), t.blockStatement([close]))]),
    );
    const whole = t.blockStatement([
      t.variableDeclaration("const", [
        t.variableDeclarator(record(), t.inherits(helper("$asyncIter", node.right), node.right)),
      ]),
      guarded,
    ]);
    this.#loops.set(whole, {
      loop,
      place(labelled) {
        attempt.body = [labelled];
      },
    });
    return whole;
  }

  /** The label of a `for await` belongs to the loop that it became. */
  #labeled(node: t.LabeledStatement): t.Statement {
    const inner = this.#loops.get(node.body);
    if (inner === undefined) return node;
    const labelled = t.labeledStatement(node.label, inner.loop);
    inner.place(labelled);
    this.#loops.set(node.body, { loop: labelled, place: inner.place });
    return node.body;
  }

  // { A; using x = e; B }   →
  //   { const $use1 = $resources(); try { A; const x = $use($use1, e, false); B }
  //     catch ($error1) { $useFailed($use1, $error1); } finally { while ($useDispose($use1)) …; $useEnd($use1); } }
  #resources(node: t.BlockStatement, around: Around): void {
    const declarations = node.body.filter(isUsing);
    if (declarations.length === 0) return;
    const asynchronous = declarations.some(({ kind }) => kind === "await using");
    const name = this.#context.unique("$use");
    const record = () => t.identifier(name);
    const error = this.#context.unique("$error");
    for (const declaration of declarations) {
      const awaits = t.booleanLiteral(declaration.kind === "await using");
      declaration.kind = "const";
      for (const declarator of declaration.declarations) {
        declarator.init = helper("$use", record(), namedBy(declarator), t.cloneNode(awaits));
      }
    }
    const failed = t.expressionStatement(helper("$useFailed", record(), t.identifier(error)));
    const guarded = t.tryStatement(
      t.blockStatement(node.body),
      t.catchClause(t.identifier(error), t.blockStatement([failed])),
      t.blockStatement([
        t.whileStatement(
          helper("$useDispose", record()),
          asynchronous ? this.#disposeLoop(record, around) : t.emptyStatement(),
        ),
        t.expressionStatement(helper("$useEnd", record())),
      ]),
    );
    node.body = [t.variableDeclaration("const", [t.variableDeclarator(record(), helper("$resources"))]), guarded];
  }

  // for (using x of xs) B   →   for (const $item1 of xs) { using x = $item1; B }
  #usingOfHead(node: t.ForOfStatement): void {
    const { left } = node;
    if (left.type !== "VariableDeclaration" || !isUsing(left)) return;
    const item = this.#context.unique("$item");
    const declaration = t.variableDeclaration(left.kind, [
      t.variableDeclarator(left.declarations[0]!.id, t.identifier(item)),
    ]);
    node.left = t.variableDeclaration("const", [t.variableDeclarator(t.identifier(item))]);
    node.body = t.blockStatement([declaration, node.body]);
  }

  // for (using x = e; …) B   →   { using x = e; for (; …) B }
  #usingFor(node: t.ForStatement): t.BlockStatement {
    const declaration = node.init as t.VariableDeclaration;
    node.init = null;
    const block = t.blockStatement([declaration, node]);
    this.#loops.set(block, {
      loop: node,
      place(labelled) {
        for (const list of [block.body, ...tries(block)]) {
          const index = list.indexOf(node);
          if (index >= 0) list[index] = labelled;
        }
      },
    });
    return block;
  }

  #disposeLoop(record: () => t.Identifier, around: Around): t.Statement {
    const error = this.#context.unique("$error");
    const awaited = t.expressionStatement(this.#await(helper("$useAwaited", record()), around));
    const failed = t.expressionStatement(helper("$useFailed", record(), t.identifier(error)));
    return t.blockStatement([
      t.tryStatement(t.blockStatement([awaited]), t.catchClause(t.identifier(error), t.blockStatement([failed]))),
    ]);
  }

  // tag`a${x}`   →   tag($template("src/a.ts#template1", ["a", ""], ["a", ""]), x)
  #tagged(node: t.TaggedTemplateExpression): t.Expression {
    const quasis = node.quasi.quasis.map((quasi) => quasi.value);
    const strings = helper(
      "$template",
      t.stringLiteral(this.#context.unique(`${this.#context.moduleId}#template`)),
      t.arrayExpression(
        quasis.map(({ cooked }) => (typeof cooked === "string" ? t.stringLiteral(cooked) : undefinedNode())),
      ),
      t.arrayExpression(quasis.map(({ raw }) => t.stringLiteral(raw))),
    );
    return t.inherits(t.callExpression(node.tag, [strings, ...(node.quasi.expressions as t.Expression[])]), node);
  }
}

// for (const x of f(x)) …   →   for (const x of f($init($TDZ, "x"))) …
function buryHead(node: t.ForXStatement): void {
  if (node.left.type !== "VariableDeclaration" || node.left.kind === "var") return;
  for (const name of boundNames(node.left)) node.right = withoutDead(node.right, name, true);
}

/** The statements of the try blocks directly in a block. */
function tries(block: t.BlockStatement): t.Statement[][] {
  return block.body.flatMap((statement) => (statement.type === "TryStatement" ? [statement.block.body] : []));
}

function isUsing(node: t.Node): node is t.VariableDeclaration {
  return node.type === "VariableDeclaration" && (node.kind === "using" || node.kind === "await using");
}

function hasSuper(property: t.Node): boolean {
  return property.type === "ObjectMethod" && usesSuper(property);
}

interface IteratorCall extends t.CallExpression {
  readonly callee: t.MemberExpression & { readonly object: t.Expression; readonly property: t.Expression };
}

function asksForIterator(node: t.CallExpression): node is IteratorCall {
  const { callee } = node;
  return (
    node.arguments.length === 0 &&
    callee.type === "MemberExpression" &&
    callee.computed &&
    callee.object.type !== "Super" &&
    t.matchesPattern(lastOf(callee.property), "Symbol.iterator")
  );
}

/** The last of a sequence. */
function lastOf(node: t.Node): t.Node {
  return node.type === "SequenceExpression" ? lastOf(node.expressions.at(-1)!) : node;
}

function iterated(node: IteratorCall): t.Expression {
  return t.inherits(helper("$iterate", node.callee.object, node.callee.property), node);
}

/** A declarator's value; a function or class that takes its name from the variable keeps it: `{ x: class {} }.x`. */
function namedBy({ id, init }: t.VariableDeclarator): t.Expression {
  const value = init ?? undefinedNode();
  const anonymous =
    value.type === "ArrowFunctionExpression" ||
    ((value.type === "FunctionExpression" || value.type === "ClassExpression") && !value.id);
  if (!anonymous || id.type !== "Identifier" || id.name === "__proto__") return value;
  const key = () => t.identifier(id.name);
  return t.memberExpression(t.objectExpression([t.objectProperty(key(), value)]), key());
}
