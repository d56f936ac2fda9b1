/**
 * The API on a TCP address, or on a unix socket.
 *
 * L1  Without tokens only a loopback address or a socket of this user is taken: whoever can connect can do everything.
 */
import { existsSync, lstatSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { isIP } from "node:net";
import { getRequestListener, RequestError } from "@hono/node-server";
import { answers } from "../../client/socket.js";
import { Fault } from "../../protocol/fault.js";
import { listenPrivately } from "../server.js";
import { readTokens } from "./access.js";
import { type AppOptions, httpApp } from "./app.js";
import { GUARDED, guardConnections, notHttp } from "./connections.js";
import { addMetrics } from "./metrics.js";
import { problemHeaders, problemOf } from "./problem.js";
import { RateLimit } from "./rate.js";

export interface HttpOptions {
  /** `port` or `host:port`; port 0: any free one. `unix:/path`: a socket that only this user can open. */
  readonly address: string;
  readonly tokensFile?: string;
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly allowHosts: readonly string[];
  readonly allowOrigins: readonly string[];
  /** Also serve `GET /metrics`. */
  readonly metrics: boolean;
  /** Requests a second of one address, in the long run. */
  readonly rate?: number;
}

export interface HttpServer {
  readonly url: string;
  /** Answers what waits, takes no more requests. */
  close(): Promise<void>;
}

const UNIX = "unix:";
const BODY_BYTES = 1 << 20;
const RATE = 500;
const BURST_SECONDS = 4;

/** Listens. Throws Fault EV8308 to EV8310. */
export async function listenHttp(
  options: HttpOptions,
  service: Pick<AppOptions, "engine" | "database" | "version" | "report">,
): Promise<HttpServer> {
  const socket = options.address.startsWith(UNIX) ? options.address.slice(UNIX.length) : undefined;
  const { host, port } = socket === undefined ? parseAddress(options.address) : { host: "localhost", port: 0 };
  const tokens = options.tokensFile === undefined ? undefined : await readTokens(options.tokensFile);
  if (tokens === undefined && !isLoopback(host)) throw unprotected(host);
  const tls = options.tls === undefined ? undefined : await readTls(options.tls);
  const closing = new AbortController();
  const rate = options.rate ?? RATE;
  const scheme = tls === undefined ? "http" : "https";
  const app = httpApp({
    ...service,
    tokens,
    scheme,
    hosts: new Set([...ownNames(host), ...options.allowHosts]),
    origins: new Set(options.allowOrigins),
    rate: new RateLimit(rate, rate * BURST_SECONDS),
    bodyBytes: BODY_BYTES,
    closing: closing.signal,
  });
  if (options.metrics) await addMetrics(app, { ...service, tokens });
  const listener = getRequestListener(app.fetch, {
    errorHandler: (error) => {
      const problem = problemOf(error instanceof RequestError ? notHttp(error.message) : error, "");
      return Response.json(problem, { status: problem.status, headers: problemHeaders(problem) });
    },
  });
  const server =
    tls === undefined ? createHttpServer(GUARDED, listener) : createHttpsServer({ ...GUARDED, ...tls }, listener);
  guardConnections(server);
  if (socket !== undefined) {
    await clearSocket(socket, options.address);
    await listenPrivately(server, socket);
  } else {
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => reject(cannotListen(options.address, cause)));
      server.listen(port, host, resolve);
    });
  }
  const bound = server.address();
  const actual = typeof bound === "object" && bound !== null ? bound.port : port;
  return {
    url: socket === undefined ? `${scheme}://${isIP(host) === 6 ? `[${host}]` : host}:${actual}` : options.address,
    async close() {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // What waited has been answered in this turn; connections without a request go now, the others after theirs.
      setImmediate(() => server.closeIdleConnections());
      const force = setTimeout(() => server.closeAllConnections(), 1000);
      await closed;
      clearTimeout(force);
    },
  };
}

/** What a dead server has left behind goes; a living one keeps its place. Throws Fault EV8310. */
async function clearSocket(path: string, address: string): Promise<void> {
  if (await answers(path)) throw cannotListen(address, new Error("another server answers there"));
  if (existsSync(path) && lstatSync(path).isSocket()) await rm(path, { force: true });
}

function parseAddress(address: string): { host: string; port: number } {
  const [, host, digits] = /^(?:(.+):)?(\d{1,5})$/.exec(address) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) {
    throw new Fault("EV8310", `${JSON.stringify(address)} is no address`, {
      remedy: "Give a port, host:port such as 127.0.0.1:8080 or [::1]:8080, or unix:/path/of/socket.",
    });
  }
  return { host: (host ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1"), port };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** What clients may call this server; an address that means all of the machine's is none of them. */
function ownNames(host: string): string[] {
  if (isLoopback(host)) return ["localhost", "127.0.0.1", "[::1]", host];
  if (host === "0.0.0.0" || host === "::") return ["localhost", "127.0.0.1", "[::1]"];
  return [isIP(host) === 6 ? `[${host}]` : host];
}

async function readTls({ certificate, key }: { certificate: string; key: string }) {
  try {
    return { cert: await readFile(certificate), key: await readFile(key) };
  } catch (cause) {
    throw new Fault("EV8310", `The certificate or its key cannot be read: ${text(cause)}`, {
      remedy: "Give the paths of two PEM files that this user may read.",
      cause,
    });
  }
}

function unprotected(host: string): Fault {
  return new Fault("EV8309", `The API cannot listen on ${host} without tokens`, {
    remedy: "Add --tokens FILE, or listen on 127.0.0.1.",
  });
}

function cannotListen(address: string, cause: unknown): Fault {
  return new Fault("EV8310", `The API cannot listen on ${address}: ${text(cause)}`, {
    remedy: "Choose another port or address; port 0 takes a free one.",
    cause,
  });
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
