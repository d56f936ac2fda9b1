/**
 * Requests that are none, or do not arrive: answered with a problem like all others, in time. Connections are few, and
 * one that sends a byte now and then would keep its own for hours.
 */
import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { Fault } from "../../protocol/fault.js";
import { problemHeaders, problemOf } from "./problem.js";

/** For the head of a request, ms. */
const HEAD_MS = 10_000;
/** For all of a request: a program of 64 MiB from a far place, ms. */
const REQUEST_MS = 300_000;
/** Connections at once: each may wait for a result or read a stream. */
const MOST_CONNECTIONS = 5000;

/** Options of the server. A request without a host is refused like one for another host. */
export const GUARDED = {
  headersTimeout: HEAD_MS,
  requestTimeout: REQUEST_MS,
  connectionsCheckingInterval: 1000,
  requireHostHeader: false,
};

/** Answers what the parser of HTTP refuses, and bounds connections. */
export function guardConnections(server: Server): void {
  server.maxConnections = MOST_CONNECTIONS;
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    const problem = problemOf(refusal(error), "");
    const body = JSON.stringify(problem);
    const headers = { ...problemHeaders(problem), "content-length": Buffer.byteLength(body), connection: "close" };
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${head.join("")}\r\n${body}`);
  });
}

function refusal({ code, message }: NodeJS.ErrnoException): Fault {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new Fault("EV8313", "The request did not arrive in time", {
      remedy: `Send the head of a request within ${HEAD_MS / 1000} seconds, all of it within ${REQUEST_MS / 1000}.`,
    });
  }
  return notHttp(message);
}

/** The refusal of what is no request of HTTP. */
export function notHttp(why: string): Fault {
  return new Fault("EV8301", `The request cannot be understood: ${why}`, {
    remedy: "Send HTTP/1.1 with a header `Host` and a path.",
  });
}
