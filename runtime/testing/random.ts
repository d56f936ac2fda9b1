/** Chance that is the same on every run: everything is derived from the environment's seed. */
import { createHash } from "node:crypto";

export type Seed = number | string;

/** `count` bytes as hex digits that depend on seed and purpose alone. */
export function derivedHex(seed: Seed, count: number, purpose: string): string {
  let text = "";
  for (let block = 0; text.length < 2 * count; block++) {
    text += createHash("sha256").update(`${seed}/${purpose}/${block}`).digest("hex");
  }
  return text.slice(0, 2 * count);
}

/** A number in [0, 1) that depends on seed and purpose alone. */
export function derivedFraction(seed: Seed, purpose: string): number {
  return Number.parseInt(derivedHex(seed, 4, purpose), 16) / 2 ** 32;
}
