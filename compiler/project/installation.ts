/** Where Eventual itself is installed: the folder of its package.json, found from this module's own place. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { Fault } from "../../runtime/protocol/fault.js";

const PACKAGE_NAME = "eventual";
const packageSchema = z.object({ name: z.string(), version: z.string() });

export interface Installation {
  /** Absolute folder of Eventual's package. */
  readonly folder: string;
  readonly version: string;
}

/** Finds the installation. Throws Fault EV9101 when the package's files are not where they belong. */
export function findInstallation(): Installation {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const version = versionIn(folder);
    if (version !== undefined) return { folder, version };
    const parent = dirname(folder);
    if (parent === folder) throw incomplete("its package.json was not found");
    folder = parent;
  }
}

/** Absolute path of the declarations of the module `eventual`. Throws Fault EV9101 when they are missing. */
export function apiDeclarations({ folder }: Installation): string {
  const candidates = [join(folder, "dist/runtime/api/index.d.ts"), join(folder, "runtime/api/index.ts")];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw incomplete(`${candidates[0]} was not found`);
  return found;
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const parsed = packageSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  return parsed.success && parsed.data.name === PACKAGE_NAME ? parsed.data.version : undefined;
}

function incomplete(what: string): Fault {
  return new Fault("EV9101", `The installation of Eventual is incomplete: ${what}`, {
    remedy: "Install the package again; in a checkout run `make build`.",
  });
}
