/** Names of modules inside a program: independent of where the project lies on the disk. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import * as z from "zod";

const packageSchema = z.looseObject({
  name: z.string().optional(),
  version: z.string().optional(),
  gypfile: z.boolean().optional(),
  napi: z.unknown().optional(),
  binary: z.unknown().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
});

export interface PackageInfo {
  readonly name: string;
  /** Absolute folder. */
  readonly folder: string;
  readonly version: string;
  /** Contains machine code, so that it cannot be bundled. */
  readonly native: boolean;
}

/** The npm package that a file in node_modules belongs to; undefined for other files. */
export function packageOf(file: string): PackageInfo | undefined {
  const parts = file.split(sep);
  const at = parts.lastIndexOf("node_modules");
  const first = parts[at + 1];
  if (at < 0 || first === undefined) return undefined;
  const length = first.startsWith("@") ? 2 : 1;
  const folder = parts.slice(0, at + 1 + length).join(sep);
  const name = parts.slice(at + 1, at + 1 + length).join("/");
  const info = packageJson(folder);
  return { name, folder, version: info?.version ?? "0.0.0", native: info !== undefined && isNative(folder, info) };
}

/**
 * The id of a package's file: `npm:name/path`, or `npm:name@version/path` for a copy other than the one that `root`
 * itself would import.
 */
export function packageModuleId(file: string, { name, folder, version }: PackageInfo, root: string): string {
  const path = file
    .slice(folder.length + 1)
    .split(sep)
    .join("/");
  return isMainCopy(name, folder, root) ? `npm:${name}/${path}` : `npm:${name}@${version}/${path}`;
}

/** The package's name in an import specifier: `@a/b` of `@a/b/c`. */
export function packageNameIn(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function isMainCopy(name: string, folder: string, root: string): boolean {
  for (let at = root; ; at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (existsSync(candidate)) return realpathSync(candidate) === realpathSync(folder);
    if (dirname(at) === at) return false;
  }
}

/** Packages that load machine code for the package that depends on them. */
const LOADERS = ["bindings", "node-gyp-build", "prebuild-install", "@mapbox/node-pre-gyp", "node-addon-api", "nan"];

function isNative(folder: string, info: z.infer<typeof packageSchema>): boolean {
  if (info.gypfile === true || info.napi !== undefined || info.binary !== undefined) return true;
  if (LOADERS.some((loader) => info.dependencies?.[loader] !== undefined)) return true;
  return existsSync(join(folder, "binding.gyp"));
}

function packageJson(folder: string): z.infer<typeof packageSchema> | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const parsed = packageSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  return parsed.success ? parsed.data : undefined;
}
