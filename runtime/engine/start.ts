/**
 * Starting executions.
 *
 * B1  The id `workflow/name` decides: the same id with the same input is the same execution, however often and however
 *     simultaneously it is started; with another input it is a conflict.
 * B2  Creation, start event and first commands are one commit; it is acknowledged after that.
 */
import { isDeepStrictEqual } from "node:util";
import type { Encoded } from "../protocol/value.js";
import type { Actor } from "./actor.js";
import type { StartReply, StartRequest } from "./engine.js";
import { conflictingStart, unknownWorkflow } from "./faults.js";
import { checkName } from "./names.js";
import type { Parts } from "./parts.js";

/** Bytes of an execution's random seed, and of a name made up for it. */
const SEED_BYTES = 16;
const NAME_BYTES = 10;

type StartParts = Pick<Parts, "programs" | "directory" | "activity" | "limits" | "time" | "store">;

export class Starter {
  readonly #parts: StartParts;
  readonly #randomHex: (count: number) => string;
  readonly #wake: (actor: Actor) => void;
  #nextKey: number;

  constructor(parts: StartParts, tools: { randomHex: (count: number) => string; wake: (actor: Actor) => void }) {
    this.#parts = parts;
    this.#randomHex = tools.randomHex;
    this.#wake = tools.wake;
    this.#nextKey = parts.store.opened.nextKey;
  }

  /**
   * Resolves when the execution is durable. Throws Fault EV8001 for an unknown workflow, EV8002 for a taken name with
   * another input, EV8003 for an unusable name, EV8007 when it could not be stored, EV8009 for an unknown program.
   */
  async start(request: StartRequest): Promise<StartReply> {
    const { directory, limits, activity } = this.#parts;
    const { workflow, input } = request;
    const program = await activity.during(this.#program(request));
    const name = request.name ?? this.#randomHex(NAME_BYTES);
    checkName("execution name", name, limits.nameLength);
    const executionId = `${workflow}/${name}`;
    const known = await activity.during(directory.hold(executionId));
    const actor = known ?? this.#create({ workflow, input, program, name, executionId });
    try {
      if (known !== undefined && !sameInput(known.row?.input, input)) throw conflictingStart(executionId);
      if (!actor.created) await actor.creation;
      return { executionId, existing: known !== undefined };
    } finally {
      directory.letGo(actor);
    }
  }

  async #program({ workflow, program }: StartRequest): Promise<string> {
    const { programs } = this.#parts;
    if (program === undefined) {
      const newest = programs.newest(workflow);
      if (newest === undefined) throw unknownWorkflow(workflow, programs.workflows());
      return newest;
    }
    const known = await programs.workflowsOf(program);
    if (!known.includes(workflow)) throw unknownWorkflow(workflow, known);
    return program;
  }

  #create(start: { workflow: string; input: Encoded; program: string; name: string; executionId: string }): Actor {
    const { directory, time } = this.#parts;
    const { workflow, input, program, name, executionId } = start;
    const startTime = time.now();
    const key = this.#nextKey++;
    const actor = directory.create({
      key,
      id: executionId,
      workflow,
      program,
      status: "IN_PROGRESS",
      input,
      startTime,
    });
    actor.creation = new Promise<void>((resolve, reject) => {
      const execution = { id: executionId, name, startTime: new Date(startTime).toISOString() };
      const seed = this.#randomHex(SEED_BYTES);
      actor.queue.push({
        event: { kind: "start", workflow, input, execution, seed },
        origin: { kind: "client", what: "start", waiter: { failures: 0, resolve, reject } },
      });
    });
    this.#wake(actor);
    return actor;
  }
}

/** Plain JSON is compared as data, so that the order of keys does not matter. */
function sameInput(stored: Encoded | undefined, given: Encoded): boolean {
  if (stored === given) return true;
  if (stored === undefined || !stored.startsWith("j") || !given.startsWith("j")) return false;
  return isDeepStrictEqual(JSON.parse(stored.slice(1)), JSON.parse(given.slice(1)));
}
