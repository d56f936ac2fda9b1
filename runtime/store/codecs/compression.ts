/** Payloads made smaller by zlib, where that pays: the first byte says whether the rest is deflated. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { PayloadCodec } from "../codec.js";

const AS_IT_IS = 0;
const DEFLATED = 1;
/** Shorter texts hardly get shorter. */
const WORTHWHILE_BYTES = 200;

export interface CompressionOptions {
  /** Payloads with fewer bytes stay as they are. Default: 200. */
  readonly threshold?: number;
}

/**
 * A codec that compresses payloads.
 *
 * @example
 * const runtime = await openRuntime({ database: "app.db", codec: compression() });
 */
export function compression(options: CompressionOptions = {}): PayloadCodec {
  const { threshold = WORTHWHILE_BYTES } = options;
  return {
    encode(plain) {
      const deflated = plain.length < threshold ? undefined : deflateRawSync(plain);
      if (deflated === undefined || deflated.length >= plain.length) return marked(AS_IT_IS, plain);
      return marked(DEFLATED, deflated);
    },
    decode(stored) {
      const rest = stored.subarray(1);
      if (stored[0] === DEFLATED) return inflateRawSync(rest);
      if (stored[0] === AS_IT_IS) return rest;
      throw new RangeError("these bytes were not compressed by this codec");
    },
  };
}

function marked(mark: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(mark), bytes]);
}
