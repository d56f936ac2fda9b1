/** Errors as HTTP answers: problem+json (RFC 9457) with our codes. */
import type { Problem } from "../../client/resources.js";
import { Fault } from "../../protocol/fault.js";

/** The engine or its disk cannot do it now: nothing of it happened, and it may work later. */
const UNAVAILABLE = 503;

const STATUS_OF: Readonly<Record<string, number>> = {
  EV5211: UNAVAILABLE,
  EV6002: UNAVAILABLE,
  EV6008: UNAVAILABLE,
  EV6009: UNAVAILABLE,
  EV6010: UNAVAILABLE,
  EV6011: UNAVAILABLE,
  EV6012: UNAVAILABLE,
  EV6013: UNAVAILABLE,
  EV6018: UNAVAILABLE,
  EV8001: 404,
  EV8002: 409,
  EV8003: 400,
  EV8004: 404,
  EV8005: 409,
  EV8006: UNAVAILABLE,
  EV8007: UNAVAILABLE,
  EV8014: 400,
  EV8015: 409,
  EV8018: 409,
  EV8021: 413,
  EV8022: 429,
  EV8019: 404,
  EV8020: 404,
  EV8030: 409,
  EV8031: 409,
  EV8220: 409,
  EV8301: 400,
  EV8302: 401,
  EV8303: 403,
  EV8304: 403,
  EV8305: 413,
  EV8306: 429,
  EV8307: 404,
  EV8311: 405,
  EV8312: 415,
  EV8313: 408,
  EV8314: 404,
};
const UNPROCESSABLE = 422;
const DEFECT = 500;

/** The answer to an error. What is no Fault is a defect: its text stays in the engine's output. */
export function problemOf(error: unknown, path: string): Problem {
  if (!(error instanceof Fault)) {
    return {
      ...head("EV9801", DEFECT),
      detail: "The engine failed to answer.",
      remedy: "This is a defect of Eventual; please report it with the engine's output.",
      instance: path,
    };
  }
  const { code, message, remedy } = error;
  return { ...head(code, STATUS_OF[code] ?? UNPROCESSABLE), detail: message, remedy, instance: path };
}

/** The headers that go with a problem. */
export function problemHeaders({ status }: Problem): Record<string, string> {
  return {
    "content-type": "application/problem+json",
    ...(status === 401 && { "www-authenticate": "Bearer" }),
    ...((status === 429 || status === UNAVAILABLE) && { "retry-after": "1" }),
  };
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  408: "Request timeout",
  409: "Conflict",
  413: "Content too large",
  415: "Unsupported media type",
  422: "Refused",
  429: "Too many requests",
  500: "Internal error",
  503: "Unavailable",
};

function head(code: string, status: number) {
  return { type: `urn:eventual:error:${code}`, title: TITLES[status] ?? "Error", status, code };
}
