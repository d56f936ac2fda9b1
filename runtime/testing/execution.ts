/** One execution as a test sees it. */
import type { Query, SendSignalOptions, SignalName } from "../api/types.js";
import type { Engine } from "../engine/engine.js";
import { isClosed, type Status } from "../protocol/execution.js";
import { decode, encode, type Outcome } from "../protocol/value.js";
import type { ExecutionRow, LogRow } from "../store/store.js";
import { isSuspended, nothingMore } from "./faults.js";
import type { HistoryEntry } from "./history.js";
import { unwrap } from "./outcome.js";
import { timelineOf } from "./timeline.js";

/** How an execution has ended. */
export type TestOutcome<Output> =
  | { readonly status: "SUCCEEDED"; readonly value: Output }
  | { readonly status: Exclude<Status, "SUCCEEDED" | "IN_PROGRESS" | "SUSPENDED">; readonly error: unknown };

/** What an execution needs of its environment. */
export interface ExecutionWorld {
  ask<T>(question: (engine: Engine) => Promise<T>): Promise<T>;
  /** Asks for what changes something, and waits until all that comes of it at once has happened. */
  act<T>(question: (engine: Engine) => Promise<T>): Promise<T>;
  /** Lets time pass to the next moment at which something happens by itself; false when there is none. */
  step(): Promise<boolean>;
  history(id: string): readonly HistoryEntry[];
  story(): string;
}

/** Most log lines that are read at once. */
const MOST_LOGS = 10_000;

export class TestExecution<Output = unknown> {
  /** `workflow/name` */
  readonly id: string;
  readonly #world: ExecutionWorld;

  constructor(id: string, world: ExecutionWorld) {
    this.id = id;
    this.#world = world;
  }

  async status(): Promise<Status> {
    return (await this.#row()).status;
  }

  /**
   * Lets virtual time pass until the execution has ended, and gives what it returned; rejects with what it threw (an
   * error that says so when it was cancelled, terminated or timed out). Throws Fault EV8602 when it waits for something
   * that time does not bring, EV8606 when it is suspended.
   */
  async result(): Promise<Output> {
    const outcome = await this.outcome();
    if (outcome.status === "SUCCEEDED") return outcome.value;
    throw outcome.error;
  }

  /** Like `result`, but gives how it ended, whatever that is. Throws Fault EV8602 and EV8606 as `result`. */
  async outcome(): Promise<TestOutcome<Output>> {
    for (;;) {
      const { status, outcome, reason } = await this.#row();
      if (isClosed(status) && outcome !== undefined) return outcomeOf<Output>(status, outcome);
      if (status === "SUSPENDED") throw isSuspended(this.id, reason?.message ?? "", this.#world.story());
      if (!(await this.#world.step())) {
        throw nothingMore(`The execution ${this.id} has not ended`, this.#world.story());
      }
    }
  }

  /**
   * Sends a signal; of several with the same `id` only the first arrives. Resolves when what comes of it at once has
   * happened. Rejects for an execution that is closed.
   */
  async signal<Payload>(signal: SignalName<Payload>, payload?: Payload, { id }: SendSignalOptions = {}): Promise<void> {
    await this.#world.act((engine) => engine.signal(this.id, nameOf(signal), encode(payload, "payload"), id));
  }

  /** Sends a signal and gives what its first handler gives; rejects with what it throws. */
  async request<Reply = unknown, Payload = unknown>(signal: SignalName<Payload>, payload?: Payload): Promise<Reply> {
    const answer = this.#world.act((engine) => engine.request(this.id, nameOf(signal), encode(payload, "payload")));
    return unwrap(await answer) as Reply;
  }

  /** Reads the execution's state with one of its program's queries. */
  async query<Input, Answer>(query: Query<Input, Answer> | string, input?: Input): Promise<Answer> {
    const name = typeof query === "string" ? query : query.name;
    return unwrap(await this.#world.ask((engine) => engine.query(this.id, name, encode(input, "input")))) as Answer;
  }

  /** Tells it to clean up and end. */
  async cancel(reason?: string): Promise<void> {
    await this.#world.act((engine) => engine.control(this.id, "cancel", reason));
  }

  /** Ends it where it is, without running any of its code. */
  async terminate(reason?: string): Promise<void> {
    await this.#world.act((engine) => engine.control(this.id, "terminate", reason));
  }

  /** Nothing is delivered to it until it is resumed. */
  async suspend(reason?: string): Promise<void> {
    await this.#world.act((engine) => engine.control(this.id, "suspend", reason));
  }

  async resume(): Promise<void> {
    await this.#world.act((engine) => engine.control(this.id, "resume"));
  }

  /** What it has logged, oldest first. */
  async logs(): Promise<readonly Pick<LogRow, "level" | "text">[]> {
    const rows = await this.#world.ask((engine) => engine.logs(this.id, { limit: MOST_LOGS }));
    return rows.map(({ level, text }) => ({ level, text }));
  }

  /** Its events, commands, logs and statuses, oldest first: what has happened in this environment. */
  history(): readonly HistoryEntry[] {
    return this.#world.history(this.id);
  }

  /** The history as text, one line each, times counted from its first entry. */
  timeline(): string {
    const history = this.history();
    return timelineOf(history, history[0]?.at ?? 0);
  }

  async #row(): Promise<ExecutionRow> {
    return await this.#world.ask((engine) => engine.show(this.id));
  }
}

function outcomeOf<Output>(status: Status, outcome: Outcome): TestOutcome<Output> {
  if (outcome.ok) return { status: "SUCCEEDED", value: decode(outcome.value) as Output };
  return { status, error: decode(outcome.error) } as TestOutcome<Output>;
}

function nameOf(signal: { readonly id: string } | string): string {
  return typeof signal === "string" ? signal : signal.id;
}
