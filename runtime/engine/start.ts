/**
 * Starting executions.
 *
 * B1  The id `workflow/name` decides: the same id with the same input is the same execution, however often and however
 *     simultaneously it is started; with another input it is a conflict.
 * B2  Creation, start event and first commands are one commit; it is acknowledged after that.
 */
import { isDeepStrictEqual } from "node:util";
import type { Encoded } from "../protocol/value.js";
import type { ExecutionRow } from "../store/store.js";
import type { Actor } from "./actor.js";
import type { StartReply, StartRequest } from "./engine.js";
import { conflictingStart } from "./faults.js";
import { checkName } from "./names.js";
import type { Identity } from "./new-executions.js";
import type { Parts } from "./parts.js";

type StartParts = Pick<Parts, "programs" | "directory" | "activity" | "limits" | "time" | "newExecutions" | "intake">;

export class Starter {
  readonly #parts: StartParts;
  readonly #wake: (actor: Actor) => void;

  constructor(parts: StartParts, wake: (actor: Actor) => void) {
    this.#parts = parts;
    this.#wake = wake;
  }

  /**
   * Resolves when the execution is durable. Throws Fault EV8001 for an unknown workflow, EV8002 for a taken name with
   * another input, EV8003 for an unusable name, EV8007 when it could not be stored, EV8009 for an unknown program,
   * EV8021 for an input that is too large, EV8022 when too much waits already.
   */
  async start(request: StartRequest): Promise<StartReply> {
    return await this.#parts.intake.during("The input", request.input.length, () => this.#start(request));
  }

  async #start(request: StartRequest): Promise<StartReply> {
    const { programs, directory, limits, activity } = this.#parts;
    const { workflow, input, timeoutAt, timeoutMs } = request;
    const program = await activity.during(programs.stored.forStart(workflow, request.program));
    const name = request.name ?? this.#parts.newExecutions.name();
    checkName("execution name", name, limits.nameLength);
    const executionId = `${workflow}/${name}`;
    const startTime = this.#parts.time.now();
    const limit = timeoutAt ?? (timeoutMs === undefined ? undefined : startTime + timeoutMs);
    const identity: Identity = {
      ...{ workflow, input, name, id: executionId, startTime },
      ...(limit === undefined ? {} : { timeoutAt: limit }),
    };
    const make = (): ExecutionRow => this.#parts.newExecutions.row(program, identity);
    const begin = (actor: Actor): void => this.#begin(actor, identity);
    const { actor, isNew } = await activity.during(directory.holdOrCreate(executionId, make, begin));
    try {
      if (!isNew && actor.row !== undefined) requireSameInput(executionId, actor.row.input, input);
      if (!actor.created) await actor.creation;
      return { executionId, existing: !isNew };
    } finally {
      directory.letGo(actor);
    }
  }

  #begin(actor: Actor, identity: Identity): void {
    actor.creation = new Promise<void>((resolve, reject) => {
      const waiter = { failures: 0, resolve, reject };
      const event = this.#parts.newExecutions.firstEvent(identity);
      actor.queue.push({ event, origin: { kind: "client", what: "start", waiter } });
    });
    this.#wake(actor);
  }
}

/** Throws Fault EV8002 when `given` is another input than that of the existing execution. */
export function requireSameInput(executionId: string, existing: Encoded, given: Encoded): void {
  if (!sameInput(existing, given)) throw conflictingStart(executionId);
}

/** True when two inputs are the same. Plain JSON is compared as data, so that the order of keys does not matter. */
export function sameInput(stored: Encoded, given: Encoded): boolean {
  if (stored === given) return true;
  if (!stored.startsWith("j") || !given.startsWith("j")) return false;
  return isDeepStrictEqual(JSON.parse(stored.slice(1)), JSON.parse(given.slice(1)));
}
