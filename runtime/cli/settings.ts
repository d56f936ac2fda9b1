/**
 * Settings: what a command takes from its options, else from the environment, else from the configuration file, else
 * from its defaults. This order holds for all of them.
 *
 * S1  A setting is one entry of `SETTINGS`; its option, its variable and its field in the file have the same name:
 *     `allow-host`, `EVENTUAL_ALLOW_HOST`, `"allow-host"`.
 * S2  Paths in the file are relative to the file's folder, all others to the working folder.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import * as z from "zod";
import { Fault } from "../protocol/fault.js";

const text = z.string().min(1);
const path = text.meta({ path: true });
const number = z.union([z.int().nonnegative(), text]).transform(String);
const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((word) => word === "true")]);

const SETTINGS = {
  db: path,
  url: text,
  token: text,
  programs: z.array(path),
  http: z.union([z.int(), text]).transform(String),
  tokens: path,
  "tls-cert": path,
  "tls-key": path,
  "allow-host": z.array(text),
  "allow-origin": z.array(text),
  rate: number,
  metrics: flag,
  checkpoint: text,
  cache: number,
  "verify-every": number,
  "task-threads": number,
  "task-concurrency": number,
  "encryption-key-file": path,
  "encryption-keys": text,
  compress: flag,
  "log-format": text,
  "log-level": text,
  "log-file": path,
} as const;

export type SettingName = keyof typeof SETTINGS;
const NAMES = Object.keys(SETTINGS) as SettingName[];
const fileSchema = z.strictObject(
  Object.fromEntries(NAMES.map((name): [string, z.ZodType] => [name, SETTINGS[name].exactOptional()])),
);

export type Settings = Readonly<Partial<Record<SettingName, unknown>>>;

/**
 * What environment and configuration file say. `args` is the command line, which may name the file with `--config`; so
 * may EVENTUAL_CONFIG. Throws Fault EV8221, and EV8208 for two places at once.
 */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings {
  const file = configFile(args) ?? environment.EVENTUAL_CONFIG;
  const { url, token, ...others } = {
    ...(file === undefined || file === "" ? {} : fromFile(file)),
    ...fromEnvironment(environment),
  };
  // Who names a database in the command means it, whatever server is the usual one.
  const isHere = names(args, "db");
  if (isHere && names(args, "url")) {
    throw new Fault("EV8208", "Both a database and a server are named", { remedy: "Give --db or --url." });
  }
  return { ...others, ...(isHere || url === undefined ? {} : { url }), ...(token === undefined ? {} : { token }) };
}

function names(args: readonly string[], option: string): boolean {
  return args.some((arg) => arg === `--${option}` || arg.startsWith(`--${option}=`));
}

/** Those settings that a command has. A server is meant before a database. */
export function pick(settings: Settings, names: readonly SettingName[]): Settings {
  return Object.fromEntries(names.flatMap((name) => (name in settings ? [[name, settings[name]]] : [])));
}

function configFile(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === "--config" || arg.startsWith("--config="));
  return args[at]?.startsWith("--config=")
    ? args[at].slice("--config=".length)
    : args[at === -1 ? args.length : at + 1];
}

function fromFile(file: string): Settings {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw unusable(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) throw unusable(file, z.prettifyError(parsed.error), parsed.error);
  const from = dirname(resolve(file));
  const entries = Object.entries(parsed.data).map(([name, given]) => [
    name,
    placed(SETTINGS[name as SettingName], given, from),
  ]);
  return Object.fromEntries(entries);
}

/** Paths made absolute. */
function placed(schema: z.ZodType, given: unknown, from: string): unknown {
  if (schema instanceof z.ZodArray) {
    const element = schema.element as z.ZodType;
    return z
      .array(z.unknown())
      .parse(given)
      .map((each) => placed(element, each, from));
  }
  return schema.meta()?.path === true ? resolve(from, String(given)) : given;
}

function fromEnvironment(environment: NodeJS.ProcessEnv): Settings {
  const settings: Record<string, unknown> = {};
  for (const name of NAMES) {
    const variable = `EVENTUAL_${name.toUpperCase().replaceAll("-", "_")}`;
    const word = environment[variable];
    if (word === undefined || word === "") continue;
    const schema: z.ZodType = SETTINGS[name];
    const parsed = schema.safeParse(schema instanceof z.ZodArray ? word.split(",") : word);
    if (!parsed.success) throw unusable(variable, z.prettifyError(parsed.error), parsed.error);
    settings[name] = parsed.data;
  }
  return settings;
}

function unusable(place: string, why: string, cause: unknown): Fault {
  return new Fault("EV8221", `A setting cannot be used: ${why}`, {
    place,
    remedy: "docs/operations.md lists the settings; a configuration file is one JSON object with their names.",
    cause,
  });
}
