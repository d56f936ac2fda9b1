/**
 * Sandboxes are dear to open and hold nothing of an execution that was dropped, so one test's is handed on to the next.
 * An environment has its sandbox for itself.
 */
import { openSandbox } from "../sandbox/open.js";
import type { Sandbox } from "../sandbox/sandbox.js";

interface Idle {
  readonly sandbox: Sandbox;
  readonly closing: NodeJS.Timeout;
}

/** A sandbox that nobody takes is closed after so many ms: until then it keeps the process alive. */
const LINGER_MS = 300;

/** How long workflow code may run in one go, real ms: machines that test are busy, so ten times the default. */
const DEADLINE_MS = 20_000;

const idle: Idle[] = [];

export async function takeSandbox(): Promise<Sandbox> {
  const last = idle.pop();
  if (last === undefined) return await openSandbox({ deadlineMs: DEADLINE_MS });
  clearTimeout(last.closing);
  return last.sandbox;
}

/** The sandbox holds no execution any more. */
export function giveBack(sandbox: Sandbox): void {
  const closing = setTimeout(() => {
    idle.splice(
      idle.findIndex((each) => each.sandbox === sandbox),
      1,
    );
    void sandbox.close();
  }, LINGER_MS);
  idle.push({ sandbox, closing });
}
