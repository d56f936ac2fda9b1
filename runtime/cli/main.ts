/**
 * Entry of `eventual`. Answers `--version` before anything is loaded; everything else is in `commands.ts`, which sets
 * the exit code when it is done.
 */
import { startThreadsAhead } from "../engine/ahead.js";
import { eventualVersion } from "../platform/version.js";

const args = process.argv.slice(2);
const [first, ...rest] = args;
if (rest.length === 0 && (first === "--version" || first === "-v")) process.stdout.write(`${eventualVersion()}\n`);
else void carryOut();

async function carryOut(): Promise<void> {
  if (first === "run" || first === "serve") startThreadsAhead();
  const { main } = await import("./commands.js");
  process.exitCode = await main(args, eventualVersion());
}
