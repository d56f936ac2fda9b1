/** The database as a whole, read beside an engine that may have it open. */
import { statSync } from "node:fs";
import { partialOf } from "../../store/sqlite/backup.js";
import { bytesText, statsText } from "../display/stats.js";
import { EXIT } from "../exit.js";
import type { Output } from "../output.js";
import { exitCodeOfSignal, listenForStop } from "../stop.js";
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

/** How often a long copy says how far it is, ms. */
const PROGRESS_MS = 5000;

/** `backup`: a copy of one moment, also while an engine runs. Interrupted, it leaves nothing. */
export async function makeBackup(options: Common & { file: string }, output: Output): Promise<number> {
  const { json, file } = options;
  const stop = listenForStop();
  let progress: NodeJS.Timeout | undefined;
  try {
    return await withFile(options, async (open) => {
      const say = (text: string): void => {
        if (!json) output.note(output.notePaint("dim", text));
      };
      const { fileBytes, logBytes } = await open.load();
      say(`Copying ${bytesText(fileBytes + logBytes)} …`);
      progress = setInterval(() => say(`${bytesText(copied(file))} copied …`), PROGRESS_MS);
      const copying = open.backup(file).then(() => undefined);
      const interrupted = await Promise.race([copying, stop.requested]);
      if (interrupted !== undefined) {
        open.interrupt();
        await copying.catch(() => undefined);
        output.note("Interrupted: no backup was made.");
        return exitCodeOfSignal(interrupted);
      }
      const bytes = statSync(file).size;
      if (json) output.printJson({ file, bytes });
      else output.print(`${file} ${bytes} bytes`);
      return EXIT.ok;
    });
  } finally {
    clearInterval(progress);
    stop.dispose();
  }
}

function copied(file: string): number {
  return statSync(partialOf(file), { throwIfNoEntry: false })?.size ?? 0;
}
