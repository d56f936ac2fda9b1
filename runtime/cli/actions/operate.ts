/** The database as a whole, read beside an engine that may have it open. */
import { examine } from "../../store/sqlite/examine.js";
import { configuredCodec } from "../codec.js";
import { statsText } from "../display/stats.js";
import { EXIT } from "../exit.js";
import type { Output } from "../output.js";
import { type Place, withLooking } from "../with-client.js";
import { withFile } from "../with-file.js";

interface Common extends Place {
  readonly json: boolean;
}

/** `stats`: what the database holds and how large it is. */
export async function showStats(options: Common, output: Output): Promise<number> {
  const stats = await withLooking(options, (looking) => looking.stats());
  if (options.json) output.printJson(stats);
  else output.print(statsText(stats, Date.now(), output));
  return EXIT.ok;
}

/** `doctor`: exit code 1 when something is wrong. */
export async function runDoctor(options: Common, output: Output): Promise<number> {
  const { json } = options;
  const { checks, findings, stats } = await withFile(options, async (file) => {
    const done: string[] = [];
    const found = await file.findings((check) => {
      done.push(check);
      if (!json) output.note(output.notePaint("dim", `Checking: ${check} …`));
    });
    return { checks: done, findings: found, stats: await file.stats() };
  });
  if (json) output.printJson({ sound: findings.length === 0, checks, findings, stats });
  else {
    for (const check of checks) {
      const wrong = findings.filter((finding) => finding.check === check);
      output.print(`${wrong.length === 0 ? output.paint("green", "ok   ") : output.paint("red", "WRONG")} ${check}`);
      for (const { message } of wrong) output.print(`      ${message}`);
    }
    output.print(`\n${statsText(stats, Date.now(), output)}`);
    if (findings.length > 0) {
      output.note(
        "Make a copy of the file and its -wal file before anything else; then restore a backup, or report this.",
      );
    }
  }
  return findings.length === 0 ? EXIT.ok : EXIT.failed;
}

/** `backup`: a copy of one moment, also while an engine runs. */
export async function makeBackup(options: Common & { file: string }, output: Output): Promise<number> {
  const { json, file } = options;
  const stats = await withFile(options, async (open) => {
    if (!json) output.note(output.notePaint("dim", "Copying …"));
    await open.backup(file);
    const copy = await examine(file, configuredCodec());
    try {
      return await copy.stats();
    } finally {
      await copy.close();
    }
  });
  if (json) output.printJson({ file, bytes: stats.fileBytes });
  else output.print(`${file} ${stats.fileBytes} bytes`);
  return EXIT.ok;
}
