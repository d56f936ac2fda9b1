/** Programs, requests and assertions that the sandbox tests share. */
import { createHash } from "node:crypto";
import type { TestContext } from "node:test";
import { openSandbox, type SandboxOptions } from "#runtime/sandbox/open.js";
import type { Event, TailEntry } from "../../../runtime/protocol/event.js";
import type { Fault } from "../../../runtime/protocol/fault.js";
import type { ActivationReply, ActivationRequest, Sandbox, SandboxProgram } from "../../../runtime/sandbox/sandbox.js";
import { FAKE_GUEST } from "./guest.js";

export const EMPTY_MAP = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });

/** A program of the fake guest from the body of its event handler and of its module. */
export function program(handlerBody: string, moduleBody = ""): SandboxProgram {
  const code = `(helpers) => {\n${moduleBody}\nhelpers.on((event, host) => {\n${handlerBody}\n});\n}`;
  return { hash: createHash("sha256").update(code).digest("hex"), code, map: EMPTY_MAP };
}

/** Opens a sandbox on the fake guest and closes it after the test, which fails on any problem reported meanwhile. */
export async function openTestSandbox(test: TestContext, options: SandboxOptions = {}): Promise<Sandbox> {
  const problems: Fault[] = [];
  const sandbox = await openSandbox({
    guestCode: FAKE_GUEST,
    deadlineMs: 100,
    graceMs: 500,
    memoryBytes: 32 * 1024 * 1024,
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  test.after(async () => {
    await sandbox.close();
    if (problems.length > 0) throw new AggregateError(problems, "the sandbox reported problems");
  });
  return sandbox;
}

/** A signal event whose name tells the test program what to do. */
export function say(signal: string, payload = "jnull"): Event {
  return { kind: "signal", signal, payload };
}

export const NEW = { checkpoint: null, tail: [] } as const;

/** An activation request with defaults: a new execution, kept, without checkpoint. */
export function request(
  of: SandboxProgram,
  execution: string,
  events: readonly Event[],
  more: Partial<ActivationRequest> = {},
): ActivationRequest {
  return { execution, program: of.hash, bring: NEW, now: 1000, events, write: false, drop: false, ...more };
}

export async function one(sandbox: Sandbox, asked: ActivationRequest): Promise<ActivationReply> {
  const replies = await sandbox.activate([asked]);
  if (replies.length !== 1 || replies[0] === undefined) throw new Error(`${replies.length} replies to one request`);
  return replies[0];
}

/** The reply as `done`; fails with the reply's text for any other. */
export function done(reply: ActivationReply | undefined): Extract<ActivationReply, { kind: "done" }> {
  if (reply?.kind === "done") return reply;
  throw new Error(`not done: ${JSON.stringify(reply)}`);
}

/** `done`, or the code of a suspension, or `lost`. */
export function verdict(reply: ActivationReply | undefined): string {
  return reply?.kind === "suspend" ? reply.reason.code : String(reply?.kind);
}

export function tailEntry(n: number, events: readonly Event[], commandsHash: string): TailEntry {
  return { n, now: n * 1000, events, commandsHash };
}
