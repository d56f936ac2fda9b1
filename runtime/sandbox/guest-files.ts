/** The guest runtime as it is delivered: its script, and the image made of it (image.ts) so that it need not be parsed. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isExecutable, partBytes, partText } from "../platform/executable.js";
import { quickjsBytes } from "../platform/quickjs.js";
import { Fault } from "../protocol/fault.js";
import { isMissingFile } from "../protocol/missing.js";
import { hasKey, imageKey } from "./image.js";

export interface GuestFiles {
  readonly guestCode: string;
  /** In memory that threads share. Without it each realm evaluates the script, with the same outcome. */
  readonly image?: Uint8Array;
}

/** Where an installation has them. */
export const GUEST_SCRIPT = new URL("../guest/bundle.js", import.meta.url);
export const GUEST_IMAGE = new URL("../guest/image.bin", import.meta.url);

/** Throws Fault EV5209 when there is no script. An image that is missing or was made of another script is left out. */
export async function readGuestFiles(): Promise<GuestFiles> {
  // Made of each other when the executable was packaged.
  if (isExecutable) return { guestCode: partText("guest.js"), image: shared(partBytes("guest.image")) };
  const [guestCode, image] = await Promise.all([readScript(), readImage()]);
  if (image === undefined || !hasKey(image, imageKey(guestCode, quickjsBytes()))) return { guestCode };
  return { guestCode, image: shared(image) };
}

async function readScript(): Promise<string> {
  try {
    return await readFile(GUEST_SCRIPT, "utf8");
  } catch (cause) {
    throw new Fault("EV5209", `The guest runtime's script cannot be read: ${fileURLToPath(GUEST_SCRIPT)}`, {
      remedy: "This installation of Eventual is incomplete: build or install it again.",
      cause,
    });
  }
}

async function readImage(): Promise<Uint8Array | undefined> {
  try {
    return await readFile(GUEST_IMAGE);
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw error;
  }
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
