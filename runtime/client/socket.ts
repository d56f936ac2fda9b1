/**
 * A client of an engine in another process, through its local socket: HTTP with JSON bodies, one POST per call of `OPERATIONS`.
 *
 * What comes back is parsed by schema; a refusal becomes the Fault that the engine threw.
 */
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { Fault } from "../protocol/fault.js";
import type { Calls, Client } from "./client.js";
import { faultSchema, OPERATIONS, type OperationName } from "./operations.js";

/** True when somebody listens on the socket at `path`. */
export async function answers(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** A client over the socket at `path`. Its calls throw Fault EV8213 when the engine goes away before it answers. */
export function socketClient(path: string): Client {
  const names = Object.keys(OPERATIONS) as OperationName[];
  // Each name is given the call of that name: what the mapped type says.
  const calls = Object.fromEntries(names.map((name) => [name, (request: unknown) => call(path, name, request)]));
  return { ...(calls as unknown as Calls), close: async () => {} };
}

async function call(path: string, name: OperationName, request: unknown): Promise<unknown> {
  const answer = await exchange(path, `/v1/${name}`, JSON.stringify(request));
  if (answer.status >= 400) throw faultOf(answer.text);
  const parsed = OPERATIONS[name].reply.safeParse(parseJson(answer.text));
  if (parsed.success) return parsed.data;
  throw misunderstood(parsed.error);
}

async function exchange(path: string, route: string, body: string): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const options = { socketPath: path, path: route, method: "POST", headers, agent: false };
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", (error) => reject(goneAway(path, error)));
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    request.once("error", (error) => reject(goneAway(path, error)));
    request.end(body);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw misunderstood(error);
  }
}

function faultOf(text: string): Fault {
  const parsed = faultSchema.safeParse(parseJson(text));
  if (!parsed.success) return misunderstood(parsed.error);
  const { code, message, remedy, place } = parsed.data.error;
  return new Fault(code, message, { remedy, ...(place === undefined ? {} : { place }) });
}

function goneAway(path: string, cause: unknown): Fault {
  return new Fault("EV8213", "The engine went away before it answered", {
    place: path,
    remedy:
      "What it had acknowledged is kept. Run the command again: with an engine it is asked, without one the file.",
    cause,
  });
}

function misunderstood(cause: unknown): Fault {
  return new Fault("EV8214", "The engine's answer was not understood", {
    remedy: "Use the same version of Eventual for the engine and for this command.",
    cause,
  });
}
