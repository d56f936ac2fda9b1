/** `eventual doctor`: what contradicts the invariants of a database, in its rows, its programs and its checkpoints. */
import { wholeProgram } from "../../engine/stored-programs.js";
import { Heap } from "../../inspect/heap.js";
import { Fault } from "../../protocol/fault.js";
import type { Examination, StoreStats } from "../../store/sqlite/examine.js";
import type { Finding } from "../../store/sqlite/findings.js";
import { statsText } from "../display/stats.js";
import { EXIT } from "../exit.js";
import type { Output } from "../output.js";
import type { Place } from "../with-client.js";
import { withFile } from "../with-file.js";

/** Checkpoints that are named; of further ones only their number. */
const MOST_NAMED = 20;

/** Exit code 1 when something is wrong. */
export async function runDoctor(options: Place & { readonly json: boolean }, output: Output): Promise<number> {
  const { json } = options;
  const checks: string[] = [];
  const begin = (check: string): void => {
    checks.push(check);
    if (!json) output.note(output.notePaint("dim", `Checking: ${check} …`));
  };
  const { findings, stats } = await withFile(options, async (file) => ({
    findings: [
      ...(await file.findings(begin)),
      ...(await damagedPrograms(file, begin)),
      ...(await damagedCheckpoints(file, begin)),
    ],
    stats: await statsIfReadable(file),
  }));
  if (json) output.printJson({ sound: findings.length === 0, checks, findings, stats });
  else print(checks, findings, stats, output);
  return findings.length === 0 ? EXIT.ok : EXIT.failed;
}

function print(
  checks: readonly string[],
  findings: readonly Finding[],
  stats: StoreStats | undefined,
  output: Output,
): void {
  for (const check of checks) {
    const wrong = findings.filter((finding) => finding.check === check);
    output.print(`${wrong.length === 0 ? output.paint("green", "ok   ") : output.paint("red", "WRONG")} ${check}`);
    for (const { message } of wrong) output.print(`      ${message}`);
  }
  if (stats !== undefined) output.print(`\n${statsText(stats, Date.now(), output)}`);
  if (findings.length > 0) {
    output.note(
      "Make a copy of the file and its -wal file before anything else; then restore a backup, or report this.",
    );
  }
}

async function damagedPrograms(file: Examination, begin: (check: string) => void): Promise<readonly Finding[]> {
  const check = "every program is whole";
  begin(check);
  return await reported(check, async () => {
    const messages: string[] = [];
    for (const { hash } of await file.programs()) {
      const message = await refusal(async () => wholeProgram(hash, (await file.program(hash)) ?? ""));
      if (message !== undefined) messages.push(message);
    }
    return messages;
  });
}

async function damagedCheckpoints(file: Examination, begin: (check: string) => void): Promise<readonly Finding[]> {
  const check = "every checkpoint can be read";
  begin(check);
  return await reported(check, async () => {
    const messages: string[] = [];
    let more = 0;
    for await (const { execution, text } of file.checkpoints()) {
      const message = await refusal(async () => new Heap(text));
      if (message === undefined) continue;
      if (messages.length < MOST_NAMED) messages.push(`${execution}: ${message}`);
      else more++;
    }
    return more === 0 ? messages : [...messages, `and ${more} more`];
  });
}

/** A check that cannot be carried out is a finding, too. */
async function reported(check: string, look: () => Promise<readonly string[]>): Promise<readonly Finding[]> {
  let messages: readonly string[] = [];
  const unable = await refusal(async () => {
    messages = await look();
  });
  const all = unable === undefined ? messages : [`this could not be looked at: ${unable}`];
  return all.map((message) => ({ check, message }));
}

/** The message of the Fault that `action` throws. */
async function refusal(action: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return error.message;
  }
}

/** Undefined when the file is damaged where they are counted: then that is among the findings. */
async function statsIfReadable(file: Examination): Promise<StoreStats | undefined> {
  try {
    return await file.stats();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return undefined;
  }
}
