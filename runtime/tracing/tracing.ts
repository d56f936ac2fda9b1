/**
 * Traces by OpenTelemetry: spans of activations, of attempts of tasks and of whole executions. Wrapped around sandbox and
 * task pool, so that an engine without it has nothing of it.
 *
 * R1  Only when an SDK is registered as the engine is opened. Without one nothing is wrapped and nothing is imported.
 * R2  The ids of an execution's trace and of its root are made from the database's secret and the execution's id: they
 *     are the same in every life of the engine, and nothing is stored.
 * R3  An execution's spans are children of its root; a child's trace is one of its own, linked to its parent's root.
 * R4  What tracing does wrong is no concern of the engine.
 */
import { createHmac } from "node:crypto";
import type * as Api from "@opentelemetry/api";
import { decode, type Encoded } from "../protocol/value.js";
import type { ActivationReply, ActivationRequest, Sandbox } from "../sandbox/sandbox.js";
import type { ExecutionRow } from "../store/store.js";
import { isTraced } from "../tasks/in-trace.js";
import type { SettledTask, TaskCall, TaskPool, TaskPoolOptions } from "../tasks/tasks.js";

const SAMPLED = 1;

/** Undefined when nobody traces (R1). `secret` is the database's. */
export async function openTracing(secret: string): Promise<Tracing | undefined> {
  return isTraced() ? new Tracing(await import("@opentelemetry/api"), secret) : undefined;
}

export class Tracing {
  readonly #api: typeof Api;
  readonly #tracer: Api.Tracer;
  readonly #secret: string;

  constructor(api: typeof Api, secret: string) {
    this.#api = api;
    this.#tracer = api.trace.getTracer("eventual");
    this.#secret = secret;
  }

  /** `inner`, with a span for each activation that has events. */
  sandbox(inner: Sandbox): Sandbox {
    return {
      load: (program) => inner.load(program),
      drop: (executions) => inner.drop(executions),
      close: () => inner.close(),
      activate: async (requests) => {
        const began = Date.now();
        const replies = await inner.activate(requests);
        const ended = Date.now();
        for (const [index, request] of requests.entries()) {
          const reply = replies[index];
          if (reply !== undefined && request.events.length > 0) this.#activation(request, reply, began, ended);
        }
        return replies;
      },
    };
  }

  /** The pool that `open` makes, with a span for each attempt; its handler runs in the span's context. */
  pool<Options extends Pick<TaskPoolOptions, "onSettled">>(
    options: Options,
    open: (options: Options) => TaskPool,
  ): TaskPool {
    const spans = new Map<string, Api.Span>();
    const onSettled = (settled: readonly SettledTask[]): void => {
      for (const each of settled) {
        const span = spans.get(each.ref);
        spans.delete(each.ref);
        if (span !== undefined) this.#settled(span, each);
      }
      options.onSettled(settled);
    };
    const inner = open({ ...options, onSettled });
    return {
      load: (program) => inner.load(program),
      get pending() {
        return inner.pending;
      },
      submit: (calls) => {
        inner.submit(calls.map((call) => this.#attempt(call, spans)));
      },
      cancel: (refs) => {
        for (const ref of refs) spans.get(ref)?.addEvent("cancelled");
        inner.cancel(refs);
      },
      close: async (graceMs) => {
        await inner.close(graceMs);
        for (const span of spans.values()) span.addEvent("given up: the engine closes").end();
        spans.clear();
      },
    };
  }

  /** The span of an execution that has ended. */
  ended(row: ExecutionRow): void {
    const { id, workflow, program, status, startTime, endTime, outcome, parent } = row;
    const span = this.#tracer.startSpan(
      `workflow ${workflow}`,
      {
        startTime,
        attributes: {
          "eventual.execution.id": id,
          "eventual.workflow": workflow,
          "eventual.program": program,
          "eventual.status": status,
        },
        links:
          parent === undefined ? [] : [{ context: this.#rootOf(parent.id), attributes: { "eventual.link": "parent" } }],
      },
      this.#contextOf(id),
    );
    if (outcome?.ok === false) this.#failed(span, outcome.error);
    span.end(endTime ?? Date.now());
  }

  #activation(request: ActivationRequest, reply: ActivationReply, began: number, ended: number): void {
    const { execution, program, events } = request;
    const commands = reply.kind === "done" ? reply.commands : [];
    const span = this.#tracer.startSpan(
      `activate ${execution.slice(0, execution.indexOf("/"))}`,
      {
        startTime: began,
        attributes: {
          "eventual.execution.id": execution,
          "eventual.program": program,
          "eventual.events": events.map((event) => ("signal" in event ? `${event.kind} ${event.signal}` : event.kind)),
          "eventual.commands": commands.map(({ kind }) => kind),
        },
      },
      this.#contextOf(execution),
    );
    if (reply.kind === "suspend") {
      span.setStatus({
        code: this.#api.SpanStatusCode.ERROR,
        message: `${reply.reason.code}: ${reply.reason.message}`,
      });
    } else if (reply.kind === "lost") span.addEvent("lost with its sandbox; it is made again");
    span.end(ended);
  }

  #attempt(call: TaskCall, spans: Map<string, Api.Span>): TaskCall {
    const { ref, task, context } = call;
    const { executionId, retry, idempotencyKey, event } = context;
    const attributes = {
      "eventual.task": task,
      "eventual.attempt": retry + 1,
      "eventual.idempotency_key": idempotencyKey,
    };
    const span =
      event === undefined
        ? this.#tracer.startSpan(
            `task ${task}`,
            { attributes: { ...attributes, "eventual.execution.id": executionId } },
            this.#contextOf(executionId),
          )
        : this.#tracer.startSpan(
            `event ${event}`,
            { attributes, kind: this.#api.SpanKind.CONSUMER },
            this.#api.ROOT_CONTEXT,
          );
    spans.set(ref, span);
    const { traceId, spanId, traceFlags } = span.spanContext();
    const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
    return { ...call, context: { ...context, traceparent } };
  }

  #settled(span: Api.Span, { outcome, waits }: SettledTask): void {
    if (waits === true) span.addEvent("its token will complete it");
    else if (!outcome.ok) this.#failed(span, outcome.error);
    span.end();
  }

  #failed(span: Api.Span, error: Encoded): void {
    const message = messageOf(error);
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message });
  }

  #contextOf(execution: string): Api.Context {
    return this.#api.trace.setSpanContext(this.#api.ROOT_CONTEXT, this.#rootOf(execution));
  }

  /** R2. */
  #rootOf(execution: string): Api.SpanContext {
    const digest = createHmac("sha256", this.#secret).update(`trace ${execution}`).digest("hex");
    return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48), traceFlags: SAMPLED, isRemote: true };
  }
}

function messageOf(error: Encoded): string {
  try {
    return String(decode(error)).slice(0, 1000);
  } catch {
    return "an error that cannot be read";
  }
}
