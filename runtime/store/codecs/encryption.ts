/**
 * Payloads encrypted with AES-256-GCM. What is stored: format (1 byte), length of the key's id (1), id, nonce (12),
 * authentication tag (16), ciphertext. The head is authenticated with the rest.
 *
 * Y1  A nonce is random and never chosen twice on purpose: one key should encrypt fewer than 2^32 payloads.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { Fault } from "../../protocol/fault.js";
import type { PayloadCodec } from "../codec.js";

const ALGORITHM = "aes-256-gcm";
const FORMAT = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 255;

export interface EncryptionOptions {
  /** Keys of 32 bytes by id, as bytes or base64. The first encrypts; the others only decrypt what they once encrypted. */
  readonly keys: Readonly<Record<string, Uint8Array | string>>;
  /** Id of the key that encrypts, in place of the first. */
  readonly current?: string;
}

/**
 * A codec that encrypts payloads with AES-256-GCM. To rotate keys put a new one in front and keep the old ones as long
 * as the database holds what they encrypted. Throws Fault EV8223 for keys that cannot be used.
 *
 * @example
 * const codec = encryption({ keys: { "2026-11": process.env.APP_KEY ?? "" } });
 * const runtime = await openRuntime({ database: "app.db", codec });
 */
export function encryption(options: EncryptionOptions): PayloadCodec {
  const keys = new Map(Object.entries(options.keys).map(([id, key]) => [id, keyBytes(id, key)]));
  const current = options.current ?? [...keys.keys()][0];
  const key = current === undefined ? undefined : keys.get(current);
  if (current === undefined || key === undefined) {
    throw unusableKey(current === undefined ? "no key is given" : `there is no key "${current}"`);
  }
  const id = Buffer.from(current);
  const head = Buffer.concat([Uint8Array.of(FORMAT, id.length), id]);
  return {
    encode(plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(head);
      const text = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([head, nonce, cipher.getAuthTag(), text]);
    },
    decode(stored) {
      const headEnd = 2 + (stored[1] ?? 0);
      const textStart = headEnd + NONCE_BYTES + TAG_BYTES;
      if (stored[0] !== FORMAT || stored.length < textStart) throw new RangeError("it was not encrypted by this codec");
      const usedId = Buffer.from(stored.subarray(2, headEnd)).toString();
      const used = keys.get(usedId);
      if (used === undefined) throw missingKey(usedId, [...keys.keys()]);
      const nonce = stored.subarray(headEnd, headEnd + NONCE_BYTES);
      const decipher = createDecipheriv(ALGORITHM, used, nonce).setAAD(stored.subarray(0, headEnd));
      decipher.setAuthTag(stored.subarray(headEnd + NONCE_BYTES, textStart));
      return Buffer.concat([decipher.update(stored.subarray(textStart)), decipher.final()]);
    },
  };
}

/** Throws Fault EV8223 for what is no key, without showing it. */
function keyBytes(id: string, key: Uint8Array | string): Uint8Array {
  const bytes = typeof key === "string" ? Buffer.from(key.trim(), "base64") : key;
  if (bytes.length !== KEY_BYTES)
    throw unusableKey(`the key "${id}" has ${bytes.length} bytes instead of ${KEY_BYTES}`);
  const idBytes = Buffer.byteLength(id);
  if (idBytes === 0 || idBytes > ID_BYTES) throw unusableKey("the id of a key is empty or too long");
  return bytes;
}

/** Keys cannot be used: `why`. */
export function unusableKey(why: string, place?: string, cause?: unknown): Fault {
  return new Fault("EV8223", `The encryption keys cannot be used: ${why}`, {
    ...(place === undefined ? {} : { place }),
    remedy:
      "Give each key as 32 bytes in base64 under an id, as docs/security.md shows: `openssl rand -base64 32` makes one.",
    cause,
  });
}

function missingKey(id: string, known: readonly string[]): Fault {
  return new Fault(
    "EV6022",
    `a record was encrypted with the key "${id}", which is not among the keys: ${known.join(", ")}`,
    {
      remedy:
        "Give that key, too, after the one that is used now: old keys are needed as long as their records are there.",
    },
  );
}
