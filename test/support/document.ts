/**
 * Documents that are programs: their ```sh blocks are typed, as they stand and in order, into one shell, as a reader does
 * in one terminal. What a block prints to standard output must be what the ```text block after it shows, if there is
 * one; a command that fails fails the test. A block with a file's name behind its language is written to that file.
 * ```bash blocks are for another situation than the tests': test/examples/commands.test.ts lists them with the reasons.
 * UPDATE=1 writes the ```text blocks anew.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { ROOT } from "./root.js";

export { ROOT };

const LONGEST_MS = 300_000;
export const BLOCK = /^```(\w+)(?: +(\S+))?\n([\s\S]*?)^```\n/gm;
/** Between what two blocks print. */
const MARK = "\u001e";
/** The documents' port, which may be taken here. */
const PORT = /\b8080\b/g;
/** Starts a server in the background. */
const SERVING = /\bserve\b.*&(?: +#.*)?$/m;
/** What a server says when it is ready. */
const ANNOUNCEMENT = new RegExp(`(?<=^|${MARK})Serving .*\\n`, "m");

/** Commands about which the compiler must have nothing to say. */
const COMPILING = /^(?:eventualc .*\n)+$/;

export interface ReaderOptions {
  /** What the reader has done before: commands in the same shell. */
  readonly before?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A shell as a reader has it: the two commands on the path, nothing that this test's runner adds. */
function readersEnvironment(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, EVENTUAL_DB: __, ...environment } = process.env;
  return { ...environment, EVENTUAL: ROOT, PATH: `${join(ROOT, "dist")}:${process.env.PATH}`, NO_COLOR: "1" };
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return String(typeof address === "object" ? address?.port : address);
}

/** A step of the session: commands that are typed, or a file that is written. */
type Step = { readonly commands: string } | { readonly file: string; readonly content: string };

function bashOf(step: Step): string {
  const end = "END OF BLOCK";
  const typed = "commands" in step ? step.commands : `cat > '${step.file}' <<'${end}'\n${step.content}${end}`;
  return `{ ${typed}\n} < /dev/null\nprintf '${MARK}'; printf '${MARK}' >&2\n`;
}

/** A shell into which steps are typed. What still runs in its background goes with it. */
function openShell(cwd: string, env: NodeJS.ProcessEnv) {
  const shell = spawn("bash", ["-e", "-o", "pipefail"], { cwd, env, detached: true });
  const timer = setTimeout(() => process.kill(-(shell.pid ?? 0), "SIGKILL"), LONGEST_MS);
  const heard = { out: "", err: "" };
  let open = true;
  let wake = (): void => {};
  const ended = once(shell, "close").then(() => {
    clearTimeout(timer);
    open = false;
    wake();
  });
  shell.stdout.setEncoding("utf8").on("data", (text: string) => {
    heard.out += text;
    wake();
  });
  shell.stderr.setEncoding("utf8").on("data", (text: string) => {
    heard.err += text;
    wake();
  });
  // Of a shell that has ended the output says why.
  shell.stdin.on("error", () => {});
  const type = (text: string): boolean => shell.stdin.write(text);
  type("trap 'kill $(jobs -p) 2>/dev/null || true; wait' EXIT\n");
  return {
    heard,
    type,
    /** Resolves with what `look` finds in what was printed; with undefined when the shell has ended without it. */
    async until<T>(look: () => T | undefined): Promise<T | undefined> {
      for (;;) {
        const found = look();
        if (found !== undefined || !open) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async close(): Promise<void> {
      shell.stdin.end();
      await ended;
    },
  };
}

/** What each step printed to standard output. Rejects with the step that failed, or that takes too long. */
async function play(steps: readonly Step[], cwd: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const port = await freePort();
  const shell = openShell(cwd, env);
  const printed: string[] = [];
  try {
    for (const step of steps) {
      const { out, err } = shell.heard;
      shell.type(bashOf(step).replace(PORT, port));
      const end = await shell.until(() => {
        const at = { out: shell.heard.out.indexOf(MARK, out.length), err: shell.heard.err.indexOf(MARK, err.length) };
        return at.out < 0 || at.err < 0 ? undefined : at;
      });
      const complaints = shell.heard.err.slice(err.length, end?.err);
      const result = shell.heard.out.slice(out.length, end?.out).replaceAll(port, "8080");
      if (end === undefined) throw new Error(`these commands failed:\n${typedIn(step)}\n${result}\n${complaints}`);
      if (COMPILING.test(typedIn(step))) assert.equal(complaints, "", typedIn(step));
      // A reader goes on when the server says that it is ready.
      if (SERVING.test(typedIn(step))) {
        await shell.until(() => ANNOUNCEMENT.exec(shell.heard.out.slice(out.length)) ?? undefined);
      }
      printed.push(result.replace(ANNOUNCEMENT, ""));
    }
  } finally {
    await shell.close();
  }
  return printed;
}

function typedIn(step: Step | undefined): string {
  return step !== undefined && "commands" in step ? step.commands : JSON.stringify(step);
}

/** Does what the document says in `folder`, and compares what is seen with what it shows. */
export async function followDocument(path: string, folder: string, options: ReaderOptions = {}): Promise<void> {
  const text = readFileSync(path, "utf8");
  const steps: Step[] = [{ commands: options.before ?? ":" }];
  /** By its place in the text: the ```text block that shows what a step prints. */
  const shown: { readonly step: number; readonly start: number; readonly block: string; readonly code: string }[] = [];
  let afterCommands = false;
  for (const { 0: block, 1: language, 2: file, 3: code = "", index } of text.matchAll(BLOCK)) {
    if (language === "text" && afterCommands) shown.push({ step: steps.length - 1, start: index, block, code });
    afterCommands = language === "sh";
    if (language === "sh") steps.push({ commands: code });
    if (file !== undefined) steps.push({ file, content: code });
  }
  assert.ok(steps.length > 1, `${path} has commands`);
  const printed = await play(steps, folder, { ...readersEnvironment(), ...options.env });
  if (process.env.UPDATE) writeFileSync(path, renewed(text, shown, printed));
  else {
    for (const { step, code } of shown) {
      assert.equal(printed[step], code, `what is printed by\n${typedIn(steps[step])}`);
    }
  }
}

function renewed(
  text: string,
  shown: readonly { readonly step: number; readonly start: number; readonly block: string }[],
  printed: readonly string[],
): string {
  let whole = "";
  let end = 0;
  for (const { step, start, block } of shown) {
    whole += `${text.slice(end, start)}\`\`\`text\n${printed[step]}\`\`\`\n`;
    end = start + block.length;
  }
  return whole + text.slice(end);
}
