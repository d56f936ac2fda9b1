/**
 * Entry of `eventual`. Answers `--version` before anything is loaded; everything else is in `commands.ts`, which sets
 * the exit code when it is done.
 */
import { readFileSync } from "node:fs";

const [first, ...rest] = process.argv.slice(2);
if (rest.length === 0 && (first === "--version" || first === "-v")) {
  process.stdout.write(`${version()}\n`);
} else {
  const { main } = await import("./commands.js");
  process.exitCode = await main(process.argv.slice(2), version());
}

/** From the package.json of the installation that this file is part of. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) return String(manifest.version);
  return "unknown";
}
