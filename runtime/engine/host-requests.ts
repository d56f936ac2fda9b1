/** Answers what task handlers ask of the engine. A refusal becomes an error with the Fault's code. */
import { EventualError } from "../protocol/errors.js";
import { Fault } from "../protocol/fault.js";
import { type HostRequest, hostRequestSchema } from "../protocol/host-request.js";
import { type Encoded, encode, encodeError, type Outcome } from "../protocol/value.js";
import type { Engine } from "./engine.js";

type Kind = HostRequest["kind"];
type Of<K extends Kind> = Extract<HostRequest, { kind: K }>;
type Handlers = { readonly [K in Kind]: (request: Of<K>, engine: Engine, program: string) => Promise<Encoded> };

const NOTHING = encode(undefined);

const HANDLERS: Handlers = {
  async completeTask({ token, outcome }, engine) {
    await engine.completeTask(token, outcome);
    return NOTHING;
  },
  async heartbeatTask({ token, details }, engine) {
    return encode(await engine.heartbeatTask(token, details));
  },
};

export class HostRequests {
  #engine: Engine | undefined;

  /** From now on requests are answered. */
  connect(engine: Engine): void {
    this.#engine = engine;
  }

  /** The answer to a request of `program`'s host code. Never rejects. */
  async answer(request: HostRequest, program: string): Promise<Outcome> {
    try {
      if (this.#engine === undefined) throw new EventualError("EngineUnavailable", "the engine is not open yet");
      return { ok: true, value: await handle(hostRequestSchema.parse(request), this.#engine, program) };
    } catch (error) {
      return { ok: false, error: encodeError(error instanceof Fault ? refusal(error) : error) };
    }
  }
}

function handle<K extends Kind>(request: Of<K>, engine: Engine, program: string): Promise<Encoded> {
  const handler: Handlers[K] = HANDLERS[request.kind as K];
  return handler(request, engine, program);
}

/** A Fault as the error that a handler can tell by its code. */
function refusal({ code, message, remedy }: Fault): EventualError {
  return new EventualError("Refused", `${message}. ${remedy}`, { code });
}
