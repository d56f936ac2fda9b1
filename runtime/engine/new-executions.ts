/** Executions in the making: keys, rows and first events, the same for starts from outside and from workflows. */
import type { EventOf } from "../protocol/event.js";
import type { Encoded } from "../protocol/value.js";
import type { ExecutionRow, ParentLink } from "../store/store.js";

/** Bytes of an execution's random seed, and of a name made up for it. */
export const SEED_BYTES = 16;
export const NAME_BYTES = 10;

/** Who an execution is and what it starts with. */
export interface Identity {
  readonly id: string;
  readonly workflow: string;
  readonly name: string;
  readonly input: Encoded;
  /** ms since the epoch */
  readonly startTime: number;
  /** In place of the definition's time limit, ms since the epoch. */
  readonly timeoutAt?: number;
  readonly parent?: ParentLink;
}

/** `count` random bytes as hex digits; `purpose` says for whom, for sources that give each the same every time. */
export type RandomHex = (count: number, purpose: string) => string;

export class NewExecutions {
  readonly #randomHex: RandomHex;
  #nextKey: number;

  constructor(nextKey: number, randomHex: RandomHex) {
    this.#nextKey = nextKey;
    this.#randomHex = randomHex;
  }

  name(): string {
    return this.#randomHex(NAME_BYTES, `name ${this.#nextKey}`);
  }

  /** The row of a new execution, under a key of its own. */
  row(program: string, { id, workflow, input, startTime, parent }: Identity): ExecutionRow {
    const base = { key: this.#nextKey++, id, workflow, program, status: "IN_PROGRESS" as const, input, startTime };
    return parent === undefined ? base : { ...base, parent };
  }

  firstEvent(identity: Identity): EventOf<"start"> {
    return firstEvent(identity, this.#randomHex(SEED_BYTES, identity.id));
  }
}

/** The event with which every execution begins; `seed` is 32 hex digits. */
export function firstEvent(identity: Identity, seed: string): EventOf<"start"> {
  const { id, workflow, name, input, startTime, timeoutAt, parent } = identity;
  const execution = {
    id,
    name,
    ...(parent === undefined ? {} : { parentId: parent.id }),
    startTime: new Date(startTime).toISOString(),
  };
  return { kind: "start", workflow, input, execution, seed, ...(timeoutAt === undefined ? {} : { timeoutAt }) };
}
