/** The version of Eventual: of this executable, or of the installation that this module is part of. */
import { readFileSync } from "node:fs";
import { isExecutable, partText } from "./executable.js";

/** Such as `0.1.0`; `unknown` when the installation's package.json has none. */
export function eventualVersion(): string {
  if (isExecutable) return partText("version");
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) return String(manifest.version);
  return "unknown";
}
