/**
 * What happens to payloads on their way into the database and out of it: encryption, compression, or both.
 *
 * A codec is given every payload, checkpoint, tail entry, message, history and log line as UTF-8. Names stay readable:
 * those of workflows, executions, tasks, events and programs.
 */

/** Turns bytes into bytes and back: `decode(encode(x))` is `x`, in every process that has the database open, for ever. */
export interface PayloadCodec {
  encode(plain: Uint8Array): Uint8Array;
  /** Throws for what it cannot undo: that record is then not used. */
  decode(stored: Uint8Array): Uint8Array;
}

/**
 * The codecs one after the other: the first is nearest to the plain bytes.
 *
 * @example
 * ```ts
 * const codec = chainCodecs([compression(), encryption({ keys: { "2026-11": key } })]);
 * const runtime = await openRuntime({ database: "app.db", codec });
 * ```
 */
export function chainCodecs(codecs: readonly PayloadCodec[]): PayloadCodec {
  return {
    encode: (plain) => codecs.reduce((bytes, codec) => codec.encode(bytes), plain),
    decode: (stored) => codecs.reduceRight((bytes, codec) => codec.decode(bytes), stored),
  };
}
