/** The OpenTelemetry context in which a handler runs, where the process or thread has an SDK of it. */

/** Where every copy of `@opentelemetry/api` 1.x registers what an SDK gives it. */
const REGISTRY = Symbol.for("opentelemetry.js.api.1");
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** True when an SDK has registered itself. */
export function isTraced(): boolean {
  const registry: unknown = Reflect.get(globalThis, REGISTRY);
  return typeof registry === "object" && registry !== null && "trace" in registry;
}

/** Runs `action` with the span that `traceparent` (W3C) tells of as the active one. */
export function inTrace<T>(traceparent: string | undefined, action: () => T): T | Promise<Awaited<T>> {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || !isTraced()) return action();
  return runIn({ traceId, spanId, traceFlags: Number.parseInt(flags ?? "0", 16), isRemote: true }, action);
}

async function runIn<T>(
  span: { traceId: string; spanId: string; traceFlags: number; isRemote: boolean },
  action: () => T,
): Promise<Awaited<T>> {
  const { context, ROOT_CONTEXT, trace } = await import("@opentelemetry/api");
  return await context.with(trace.setSpanContext(ROOT_CONTEXT, span), action);
}
