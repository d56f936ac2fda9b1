/** What a path that is there answers to methods that are not: which ones are. */
import type { Hono } from "hono";
import { Fault } from "../../protocol/fault.js";
import type { Bindings } from "./app.js";

/** For each path that `app` has by now: `OPTIONS` lists its methods, all others are refused with that list. */
export function answerOtherMethods(app: Hono<Bindings>): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    // Those for all methods are no operations: what runs before each.
    if (method === "ALL") continue;
    const known = methods.get(path) ?? new Set(["OPTIONS"]);
    known.add(method);
    // The frame answers it from `GET`.
    if (method === "GET") known.add("HEAD");
    methods.set(path, known);
  }
  for (const [path, known] of methods) {
    const allow = [...known].sort().join(", ");
    app.all(path, (context) => {
      const { method } = context.req;
      context.header("allow", allow);
      if (method === "OPTIONS") return context.body(null, 204);
      throw new Fault("EV8311", `${context.req.path} has no ${method}`, { remedy: `It has ${allow}.` });
    });
  }
}
