/**
 * A refusal or failure with a stable code. Thrown by every part; shown by the command line; documented one page per
 * code in docs/errors. Ranges: EV1 source and types, EV2 language, EV3 lowering and linking, EV4 packaging, EV5 sandbox and guest,
 * EV6 store, EV7 tasks, EV8 engine, client and command line, EV9 defects of Eventual itself.
 */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  /** What to do about it, one or two sentences. */
  readonly remedy: string;
  /** `file:line:column`, where there is a place. */
  readonly place: string | undefined;

  constructor(code: FaultCode, message: string, options: { remedy: string; place?: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.place = options.place;
  }
}

export type FaultCode = `EV${number}`;
