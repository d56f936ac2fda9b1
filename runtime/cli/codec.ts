/**
 * The codec that the settings name. Keys come from a file or from the environment, never from options: those are seen by
 * every user of the machine.
 */
import { readFileSync } from "node:fs";
import { chainCodecs, type PayloadCodec } from "../store/codec.js";
import { compression } from "../store/codecs/compression.js";
import { encryption, unusableKey } from "../store/codecs/encryption.js";
import { readSettings, type Settings } from "./settings.js";

/** What this process's settings say. Throws Fault EV8221, EV8223. */
export function configuredCodec(): PayloadCodec | undefined {
  return codecOf(readSettings(process.argv.slice(2), process.env));
}

/** Compressed first: what is encrypted cannot be compressed any more. Throws Fault EV8223. */
export function codecOf(settings: Settings): PayloadCodec | undefined {
  const codecs = [...(settings.compress === true ? [compression()] : []), ...encryptions(settings)];
  return codecs.length === 0 ? undefined : chainCodecs(codecs);
}

function encryptions(settings: Settings): readonly PayloadCodec[] {
  const file = settings["encryption-key-file"];
  const inline = settings["encryption-keys"];
  if (file !== undefined && inline !== undefined) {
    throw unusableKey("both `encryption-key-file` and `encryption-keys` are set");
  }
  if (typeof file === "string") return [encryption({ keys: keysOf(contentOf(file).split("\n"), file) })];
  if (typeof inline === "string") return [encryption({ keys: keysOf(inline.split(","), "encryption-keys") })];
  return [];
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw unusableKey(cause instanceof Error ? cause.message : String(cause), file, cause);
  }
}

/** `id:base64` each; the first encrypts. Empty lines and those that begin with # say nothing. */
function keysOf(lines: readonly string[], place: string): Record<string, string> {
  const keys = new Map<string, string>();
  for (const line of lines.map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const [, id, key] = /^([\w.-]*[A-Za-z_.-][\w.-]*):([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
    if (id === undefined || key === undefined) throw unusableKey("a line is not of the form id:base64", place);
    if (keys.has(id)) throw unusableKey(`the key "${id}" is given twice`, place);
    keys.set(id, key);
  }
  return Object.fromEntries(keys);
}
