/**
 * Domain names to ASCII, in the place of `tr46`, whose tables are as big as a program: compatibility forms and case are
 * mapped by the engine's Unicode normalisation, and labels are encoded by `punycode`. What IDNA forbids besides is let
 * through.
 */
import { toASCII as encode } from "punycode/punycode.es6.js";

/** The domain in ASCII; null if a label cannot be encoded. */
export function toASCII(domain: string): string | null {
  try {
    return encode(
      domain
        .normalize("NFKC")
        .toLowerCase()
        .normalize("NFKC")
        .replace(/\u00ad/g, ""),
    );
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
