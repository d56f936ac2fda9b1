/** The programs that executions run on. */
import { dirname, resolve } from "node:path";
import { tableText } from "../display/table.js";
import { EXIT } from "../exit.js";
import type { Output } from "../output.js";
import { programFrom } from "../program-source.js";
import { type Place, withClient, withLooking } from "../with-client.js";

interface Common extends Place {
  readonly json: boolean;
}

/** `programs`: what executions can run on, the newest first. */
export async function listPrograms(options: Common, output: Output): Promise<number> {
  const programs = await withLooking(options, (looking) => looking.programs());
  if (options.json) output.printJson(programs);
  else if (programs.length === 0) output.note("No programs.");
  else {
    const columns = ["PROGRAM", "ENTRY", "IN PROGRESS", "ALL", "WORKFLOWS"].map((title) => ({
      title,
      flexible: title === "ENTRY" || title === "WORKFLOWS",
    }));
    const cells = programs.map(({ hash, entry, inProgress, executions, workflows }) => [
      hash.slice(0, 12),
      entry,
      String(inProgress),
      String(executions),
      workflows.join(", "),
    ]);
    output.print(tableText(columns, cells, output.width).trimEnd());
  }
  return EXIT.ok;
}

interface DeployOptions extends Common {
  readonly source: string;
  readonly external: readonly string[];
  readonly tsconfig?: string | undefined;
}

/** `deploy`: exit code 1 when the source does not compile. Throws the client's Faults. */
export async function deployProgram(options: DeployOptions, output: Output): Promise<number> {
  const { source, json } = options;
  const program = await programFrom(source, options, output);
  if (program === "refused") return EXIT.failed;
  const { hash, manifest } = program;
  const workflows = manifest.workflows.map(({ name }) => name);
  await withClient({ ...options, make: true }, (client) =>
    client.deploy({ program, resolveFrom: dirname(resolve(source)) }),
  );
  if (json) output.printJson({ hash, workflows });
  else output.print(`${hash.slice(0, 12)} ${workflows.join(", ")}`);
  return EXIT.ok;
}
