/** `eventual serve` as a process that has said where it serves. */
import assert from "node:assert/strict";
import { eventually, type Running, type RunOptions, startEventual } from "./eventual.js";

export interface Serving extends Running {
  readonly database: string;
  readonly socket: string;
  /** Of the HTTP API; empty without one. */
  readonly url: string;
  readonly serving: readonly string[];
}

/** Starts a server with `args`; it is killed after the test. Rejects with what it says when it does not start. */
export async function startServer(
  t: { after(action: () => Promise<void>): void },
  args: readonly string[],
  options: RunOptions,
): Promise<Serving> {
  const engine = startEventual(["serve", ...args, "--json"], options);
  let text = "";
  engine.process.stdout?.on("data", (part: string) => {
    text += part;
  });
  t.after(async () => {
    engine.process.kill("SIGKILL");
    await engine.ended;
  });
  const line = await Promise.race([
    eventually("the server", () => (text.includes("\n") ? text : undefined)),
    engine.ended.then(({ stderr }) => assert.fail(stderr)),
  ]);
  const { url = "", ...said } = JSON.parse(line) as Omit<Serving, keyof Running | "url"> & { url?: string };
  return { ...said, url, ...engine };
}
