/** `eventual prune`: closed executions go, batch by batch, so that an engine can work between them. */
import type { Status } from "../../protocol/execution.js";
import { confirmed } from "../confirm.js";
import { EXIT } from "../exit.js";
import { present } from "../options.js";
import type { Output } from "../output.js";
import { parseLength } from "../until.js";
import { type Place, withClient } from "../with-client.js";

/** Removed by one call. */
const BATCH = 500;

export interface PruneOptions extends Place {
  readonly json: boolean;
  readonly olderThan?: string | undefined;
  readonly workflow?: string | undefined;
  readonly status?: Status | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** Throws Fault EV8211 for a length of time that is none, and the client's Faults. */
export async function pruneExecutions(options: PruneOptions, output: Output): Promise<number> {
  const { olderThan, workflow, status, dryRun, json } = options;
  const olderThanMs = olderThan === undefined ? undefined : parseLength("--older-than", olderThan);
  const which = present({ olderThanMs, workflow, status });
  return await withClient(options, async (client) => {
    const { executions: wanted } = await client.prune({ ...which, dryRun: true });
    if (dryRun) {
      if (json) output.printJson({ executions: wanted, dryRun });
      else output.print(`${counted(wanted)} would be removed.`);
      return EXIT.ok;
    }
    if (wanted > 0 && !(await confirmed(`Remove ${counted(wanted)}?`, options, output))) return EXIT.failed;
    let removed = 0;
    for (let more = wanted > 0; more; ) {
      const batch = await client.prune({ ...which, limit: BATCH });
      removed += batch.executions;
      ({ more } = batch);
      if (more && !json) output.note(output.notePaint("dim", `${removed} of ${wanted} removed …`));
    }
    if (json) output.printJson({ executions: removed, dryRun });
    else output.print(`${counted(removed)} removed.`);
    return EXIT.ok;
  });
}

function counted(executions: number): string {
  return `${executions} ${executions === 1 ? "execution" : "executions"}`;
}
