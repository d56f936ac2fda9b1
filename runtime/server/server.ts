/**
 * The engine's local socket: HTTP with JSON bodies on a unix socket that only this user can open.
 *
 * V1  The caller holds the database's lock: a socket file found at the path is a dead engine's and is replaced.
 * V2  Every request gets an answer: the value, or the Fault (422) or the defect (500) that kept it from one.
 */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Server as NetServer } from "node:net";
import type { Client } from "../client/client.js";
import { Fault } from "../protocol/fault.js";
import { answer } from "./routes.js";

/** Longest body taken, in bytes. */
const LONGEST_BODY_BYTES = 64 * 1024 * 1024;

export interface SocketServer {
  readonly path: string;
  /** Takes no more requests, ends those that wait for a result, removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens at `path` and answers from `client`. Throws Fault EV8215 when the socket cannot be made there.
 */
export async function listen(client: Client, path: string): Promise<SocketServer> {
  const server = createServer((request, response) => {
    void respond(client, request, response);
  });
  // A result is waited for as long as it takes: months, if need be.
  server.requestTimeout = 0;
  await rm(path, { force: true });
  await listenPrivately(server, path);
  return { path, close: () => stop(server) };
}

/** Listens on a socket that only this user can open. Throws Fault EV8215. */
export async function listenPrivately(server: NetServer, path: string): Promise<void> {
  try {
    const listening = once(server, "listening");
    // The mask makes the socket private from its first moment; a chmod afterwards would leave a gap. Binding happens
    // within the call, so no other file is made under the mask.
    const mask = process.umask(0o177);
    server.listen(path);
    process.umask(mask);
    await listening;
  } catch (cause) {
    throw new Fault("EV8215", `The socket cannot be made: ${message(cause)}`, {
      place: path,
      remedy: "Use a folder where this user may create files and sockets, such as another one for the database.",
      cause,
    });
  }
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function respond(client: Client, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await bodyOf(request);
    const value = await answer(client, { method: request.method ?? "", target: request.url ?? "/", body });
    send(response, 200, value);
  } catch (error) {
    send(response, error instanceof Fault ? 422 : 500, { error: describe(error) });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > LONGEST_BODY_BYTES) {
      throw new Fault("EV8212", `The request is longer than ${LONGEST_BODY_BYTES} bytes`, {
        remedy: "Keep big data outside and pass a reference to it.",
      });
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, value: unknown): void {
  if (response.destroyed) return;
  const text = JSON.stringify(value);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function describe(error: unknown): object {
  if (error instanceof Fault) {
    const { code, message, remedy, place } = error;
    return { code, message, remedy, place };
  }
  return {
    code: "EV9801",
    message: `The engine failed to answer: ${message(error)}`,
    remedy: "This is a defect of Eventual; please report it with the engine's output.",
  };
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
