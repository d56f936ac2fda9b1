/**
 * The HTTP API under damaged requests: paths, queries, headers, methods and bodies. Each must get an answer; a refusal must
 * be a problem with a code, and no request may be a defect or the server's end.
 */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { ROUTES } from "#runtime/server/http/operations.js";
import { type Chance, chanceFrom } from "../simulate/random.js";
import { mutateJson, mutateText } from "./mutate.js";

/** Bodies of the shapes that routes take. */
const BODIES: readonly unknown[] = [
  {},
  { workflow: "walk", name: "w", input: { far: [10, "km", null] }, program: "0".repeat(64) },
  { payload: { a: [1, { b: "c" }] }, id: "once" },
  { input: "m" },
  { reason: "lunch" },
  { token: "t", result: [1], error: { name: "E", message: "m" }, details: {} },
  { olderThanMs: 1e9, workflow: "walk", status: "FAILED", dryRun: true, limit: 10 },
  { format: "eventual-program", hash: "0".repeat(64), manifest: { workflows: [] } },
];
const SEGMENTS = [
  ...["walk", "w", "none", "7", "move", "a%2Fb", "%00", "%ff", "%", "%zz", "..", "%2e%2e", ".", "", "~", "w~1"],
  ...["__proto__", "constructor", "x".repeat(2000), "%F0%9F%92%A9", "\u00e9", "a b", "a\\b", "a;b", "a?b", "a#b", "*"],
];
const QUERIES = [
  ...["limit=1", "limit=0", "limit=1e9", "limit=", "cursor=azE", "cursor=%00", "status=FAILED", "text=%25", "text=%ff"],
  ...[
    "from=2026-01-01T00:00:00Z",
    "from=now",
    "minutes=1",
    "minutes=-1",
    "values=full",
    "__proto__=1",
    "a[b]=1",
    "&&=",
  ],
];
const METHODS = ["GET", "GET", "POST", "POST", "POST", "HEAD", "OPTIONS", "DELETE", "PUT", "get", "G\u0000T"];
const TYPES = ["application/json", "application/json; charset=utf-8", "text/plain", "", "application/json\u0000"];

/** What waits for an answer is asked not to. */
const WAITING = /\/(result|requests)\b/;

/** Sends `runs` requests from `seed` on. Throws with the seed for an answer that must not be. */
export async function fuzzHttp(url: string, seed: number, runs: number): Promise<void> {
  for (let at = seed; at < seed + runs; at++) {
    const request = requestOf(chanceFrom(at));
    try {
      judge(request, await exchange(url, request));
    } catch (cause) {
      throw new Error(`HTTP, seed ${at}: ${JSON.stringify(request.slice(0, 600))}`, { cause });
    }
  }
}

function requestOf(chance: Chance): string {
  const route = chance.pick(ROUTES);
  const filled = route.path.replaceAll(/\{\w+\}/g, () => chance.pick(SEGMENTS));
  const path = chance.percent(15) ? mutateText(filled, chance) : filled;
  const queries = Array.from({ length: chance.percent(60) ? 0 : 1 + chance.upTo(2) }, () => chance.pick(QUERIES));
  if (WAITING.test(path)) queries.push("wait=0");
  const query = queries.length === 0 ? "" : `?${queries.join("&")}`;
  const method = chance.percent(70) ? route.method.toUpperCase() : chance.pick(METHODS);
  const body = method === "POST" || chance.percent(10) ? bodyOf(chance) : "";
  const headers = [
    `Host: ${chance.percent(92) ? "localhost" : chance.pick(["evil.test", "", "localhost:x", "[::1", "a b"])}`,
    `Content-Type: ${chance.percent(85) ? "application/json" : chance.pick(TYPES)}`,
    `Content-Length: ${chance.percent(97) ? Buffer.byteLength(body) : chance.pick([0, 1, -1, "x", 2e9])}`,
    ...(chance.percent(5) ? [`Origin: ${chance.pick(["https://evil.test", "null", ""])}`] : []),
    ...(chance.percent(10) ? [`Idempotency-Key: ${chance.pick(["k", "", "\u00ff", "x".repeat(5000)])}`] : []),
    ...(chance.percent(10) ? [`Last-Event-ID: ${chance.pick(["azE", "x", "", "-1"])}`] : []),
    ...(chance.percent(10) ? [`Authorization: ${chance.pick(["Bearer x", "Bearer", "Basic eA==", "\u00e9"])}`] : []),
    "Connection: close",
  ];
  return `${method} ${path.replaceAll(/[\r\n]/g, "%0a")}${query} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n${body}`;
}

function bodyOf(chance: Chance): string {
  const body = chance.pick(BODIES);
  if (chance.percent(30)) return JSON.stringify(body);
  if (chance.percent(5)) return "[".repeat(1 + chance.upTo(20_000));
  return chance.percent(50)
    ? mutateText(JSON.stringify(body), chance)
    : (JSON.stringify(mutateJson(body, chance)) ?? "");
}

/** The answer's text: all of it, of a stream its beginning. */
function exchange(url: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => {
      text += part;
      if (/content-type: text\/event-stream/i.test(text)) socket.destroy();
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
    // A client that will never send all that it announced goes away: the server would wait for it.
    if (isShort(request)) socket.end(request);
    else socket.write(request);
  });
}

function isShort(request: string): boolean {
  const [head = "", body = ""] = request.split("\r\n\r\n");
  return Number(/^Content-Length: (.*)$/m.exec(head)?.[1]) > Buffer.byteLength(body);
}

function judge(request: string, answer: string): void {
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  if (answer === "") assert.ok(isShort(request), "no answer");
  if (answer === "" || status < 400) return;
  assert.ok(status < 500, answer);
  assert.match(head, /content-type: application\/problem\+json/i);
  if (request.startsWith("HEAD ")) return;
  const { code } = JSON.parse(body) as { code?: unknown };
  assert.match(String(code), /^EV8\d{3}$/);
}
