/** `eventual serve --http` as a process, and bare requests to it. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { Agent, request as secureRequest } from "node:https";
import { type Serving, startServer } from "../cli/support/serving.js";
import { temporaryFolder } from "../support/temp.js";

type Cleanup = Parameters<typeof temporaryFolder>[0];

/** A server of the program in the file `program`, on a free port. */
export async function serveProgram(
  t: Cleanup,
  program: string,
  options: readonly string[] = [],
  folder?: string,
): Promise<Serving & { readonly cwd: string }> {
  const cwd = folder ?? (await temporaryFolder(t));
  const port = options.includes("--http") ? [] : ["--http", "0"];
  return { ...(await startServer(t, [program, "--db", "a.db", ...port, ...options], { cwd })), cwd };
}

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
}

/** A bare request: with any headers, which `fetch` would not send. */
export async function ask(
  url: string,
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? secureRequest : request;
    const agent = url.startsWith("https:") ? { agent: new Agent({ rejectUnauthorized: false }) } : {};
    const sent = send(new URL(path, url), { method, headers, ...agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        const { statusCode = 0, headers: answered } = response;
        resolve({
          status: statusCode,
          type: answered["content-type"],
          headers: answered,
          body: JSON.parse(text || "{}"),
        });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export const JSON_TYPE = { "content-type": "application/json" };

/** A POST with a JSON body. */
export function post(url: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(url, path, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });
}

/** Asserts that the answer is a problem with that code. */
export function refused(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body.code, answer.type], [status, code, "application/problem+json"]);
  for (const field of ["title", "detail", "remedy"]) assert.equal(typeof answer.body[field], "string", field);
  assert.equal(answer.body.type, `urn:eventual:error:${code}`);
}
