/** Answers what task handlers ask of the engine. A refusal becomes an error with the Fault's code. */
import { EventualError } from "../protocol/errors.js";
import { Fault } from "../protocol/fault.js";
import { type HostRequest, hostRequestSchema } from "../protocol/host-request.js";
import { decode, type Encoded, encode, encodeError, type Outcome } from "../protocol/value.js";
import type { ExecutionRow } from "../store/store.js";
import type { Engine } from "./engine.js";
import { statusOf } from "./status.js";
import type { TaskEndings } from "./task-endings.js";

type Kind = HostRequest["kind"];
type Of<K extends Kind> = Extract<HostRequest, { kind: K }>;
type Handlers = { readonly [K in Kind]: (request: Of<K>, engine: Engine, from: Asking) => Promise<Encoded> };

/** Who asks, and what of the engine is not for everybody. */
interface Asking {
  readonly program: string;
  readonly endings: Pick<TaskEndings, "statement">;
}

const NOTHING = encode(undefined);

const HANDLERS: Handlers = {
  async completeTask({ token, outcome }, engine) {
    await engine.completeTask(token, outcome);
    return NOTHING;
  },
  async heartbeatTask({ token, details }, engine) {
    return encode(await engine.heartbeatTask(token, details));
  },
  async start({ kind: _, ...request }, engine, { program }) {
    const { executionId, existing } = await engine.start({ ...request, program });
    return encode({ executionId, existing });
  },
  async signal({ execution, signal, payload, id }, engine) {
    await engine.signal(execution, signal, payload, id);
    return NOTHING;
  },
  async emit({ events }, engine) {
    await engine.emit(events);
    return NOTHING;
  },
  async control({ execution, action, reason }, engine) {
    await engine.control(execution, action, reason);
    return NOTHING;
  },
  async status({ execution }, engine) {
    return encode(toldStatus(await engine.show(execution)));
  },
  async result({ execution }, engine) {
    const { status, outcome } = await engine.result(execution);
    if (outcome === undefined) throw new EventualError("NoResult", `the execution ${execution} is ${status}`);
    return resultOf(outcome);
  },
  async request({ execution, signal, payload }, engine) {
    return resultOf(await engine.request(execution, signal, payload));
  },
  async statement({ attempt, mode, sql, parameters }, _engine, { endings }) {
    return encode(await endings.statement(attempt, { mode, sql, parameters }));
  },
  async query({ execution, query, input }, engine) {
    return resultOf(await engine.query(execution, query, input));
  },
};

/** The value of an outcome as it is; throws its error as it is. */
function resultOf(outcome: Outcome): Encoded {
  if (outcome.ok) return outcome.value;
  throw new Passed(outcome.error);
}

/** An error on its way through: still encoded, so that nothing of it is lost here. */
class Passed extends Error {
  readonly encoded: Encoded;

  constructor(encoded: Encoded) {
    super("an error of an execution");
    this.encoded = encoded;
  }
}

function toldStatus(row: ExecutionRow): object {
  const { outcome } = row;
  if (outcome === undefined) return statusOf(row);
  return { ...statusOf(row), ...(outcome.ok ? { result: decode(outcome.value) } : { error: decode(outcome.error) }) };
}

export class HostRequests {
  #engine: Engine | undefined;
  #endings: Pick<TaskEndings, "statement"> | undefined;

  /** From now on requests are answered. */
  connect(engine: Engine, endings: Pick<TaskEndings, "statement">): void {
    this.#engine = engine;
    this.#endings = endings;
  }

  /** The answer to a request of `program`'s host code. Never rejects. */
  async answer(request: HostRequest, program: string): Promise<Outcome> {
    try {
      const engine = this.#engine;
      const endings = this.#endings;
      if (engine === undefined || endings === undefined) {
        throw new EventualError("EngineUnavailable", "the engine is not open yet");
      }
      return { ok: true, value: await handle(hostRequestSchema.parse(request), engine, { program, endings }) };
    } catch (error) {
      if (error instanceof Passed) return { ok: false, error: error.encoded };
      return { ok: false, error: encodeError(error instanceof Fault ? refusal(error) : error) };
    }
  }
}

function handle<K extends Kind>(request: Of<K>, engine: Engine, from: Asking): Promise<Encoded> {
  const handler: Handlers[K] = HANDLERS[request.kind as K];
  return handler(request, engine, from);
}

/** A Fault as the error that a handler can tell by its code. */
function refusal({ code, message, remedy }: Fault): EventualError {
  const error = new EventualError("Refused", `${message}. ${remedy}`, { code });
  // The engine's own frames would tell the author nothing.
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
