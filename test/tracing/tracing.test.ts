/**
 * Goal: what an execution does is one trace, over restarts, and what a handler traces itself lies below its attempt.
 * Method: an SDK of a few lines, which keeps every span, in the place of a real one.
 */
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import { test } from "node:test";
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { openRuntime } from "#runtime/engine/open.js";
import { decode, encode } from "#runtime/protocol/value.js";
import { compiledProgram, fixturePath } from "../support/programs.js";
import { temporaryFolder } from "../support/temp.js";

interface Kept {
  readonly name: string;
  readonly own: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly SpanContext[];
  failed: boolean;
  ended: boolean;
}

/** Registers an SDK, and gives the spans that it has seen. */
function registerSdk(): Kept[] {
  const spans: Kept[] = [];
  const startSpan: Tracer["startSpan"] = (name, options = {}, within = context.active()) => {
    const parent = trace.getSpanContext(within);
    const spanId = (spans.length + 1).toString(16).padStart(16, "0");
    const own = { traceId: parent?.traceId ?? spanId.repeat(2), spanId, traceFlags: 1 };
    const links = (options.links ?? []).map((link) => link.context);
    const kept: Kept = { name, own, parent, attributes: { ...options.attributes }, links, failed: false, ended: false };
    spans.push(kept);
    return Object.assign(Object.create(trace.wrapSpanContext(own)) as Span, {
      setStatus({ code }: { code: SpanStatusCode }) {
        kept.failed = code === SpanStatusCode.ERROR;
      },
      end() {
        assert.ok(!kept.ended, `${name} ends once`);
        kept.ended = true;
      },
    });
  };
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (within, action, self, ...args) => storage.run(within, () => action.call(self as never, ...args)),
    bind: (_, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  context.setGlobalContextManager(manager);
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan, startActiveSpan: () => assert.fail("not used") }) });
  return spans;
}

test("an execution is one trace over restarts; attempts hold what their handlers trace; children are linked", async (t) => {
  const spans = registerSdk();
  t.after(() => {
    trace.disable();
    context.disable();
  });
  const database = join(await temporaryFolder(t), "traced.db");
  const program = await compiledProgram(fixturePath("tracing", "shipping.ts"));
  const first = await openRuntime({ database, tasksIn: "process" });
  await first.deploy(program, fixturePath("tracing"));
  await first.start({ workflow: "shipping", name: "s", input: encode(undefined) });
  while (!spans.some(({ name, ended }) => name === "task pack" && ended)) await first.idle();
  await first.close();
  const next = await openRuntime({ database, tasksIn: "process" });
  await next.signal("shipping/s", "go", encode(undefined));
  const { outcome } = await next.result("shipping/s");
  await next.close();
  const ids = decode(outcome?.ok === true ? outcome.value : assert.fail("it succeeds")) as string[];

  const of = (execution: string): Kept[] =>
    spans.filter(({ attributes }) => attributes["eventual.execution.id"] === execution);
  for (const execution of ["shipping/s", "parcel/map"]) {
    const roots = of(execution).map(({ parent }) => `${parent?.traceId} ${parent?.spanId}`);
    assert.equal(new Set(roots).size, 1, `${execution}: one root, in both lives`);
  }
  const [books, maps] = [of("shipping/s"), of("parcel/map")];
  const attempts = [...books, ...maps].filter(({ name }) => name === "task pack");
  assert.deepEqual(
    attempts.filter(({ failed }) => !failed).map(({ own }) => own.spanId),
    ids,
    "handlers run in the spans of their attempts",
  );
  assert.equal(attempts.filter(({ failed }) => failed).length, 1, "the broken glass");
  const child = maps.find(({ name }) => name === "workflow parcel");
  assert.deepEqual(
    child?.links.map(({ spanId }) => spanId),
    [books[0]?.parent?.spanId],
  );
  assert.notEqual(child?.own.traceId, books[0]?.own.traceId);
  assert.ok(books.some(({ name }) => name === "workflow shipping"));
  const seen = books
    .filter(({ name }) => name === "activate shipping")
    .flatMap((span) => span.attributes["eventual.events"]);
  assert.deepEqual(seen.slice(0, 3), ["start", "task", "signal go"]);
  assert.deepEqual(
    spans.filter(({ ended }) => !ended),
    [],
  );
});

test("without an SDK nothing is traced", async (t) => {
  const database = join(await temporaryFolder(t), "untraced.db");
  const engine = await openRuntime({ database, tasksIn: "process" });
  await engine.deploy(await compiledProgram(fixturePath("tracing", "shipping.ts")), fixturePath("tracing"));
  await engine.start({ workflow: "parcel", name: "p", input: encode("book") });
  const { outcome } = await engine.result("parcel/p");
  assert.deepEqual(outcome, { ok: true, value: encode("none") });
  await engine.close();
});
