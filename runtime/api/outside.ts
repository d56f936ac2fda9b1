/**
 * The durable operations as they are outside a workflow: they refuse, saying where they work. Definitions (tasks,
 * signals) and plain data (schedules) work everywhere.
 */
import { Fault } from "../protocol/fault.js";
import type { DurationSchedule, DurationUnit, TimeSchedule } from "./types.js";

/** The refusal of `what`, a durable operation, outside a workflow. `remedy` says what to do instead. */
export function outsideWorkflow(what: string, remedy = "Move the call into a workflow's handler."): Fault {
  return new Fault("EV7001", `${what} works only inside a workflow`, { remedy });
}

/** The refusal of `taskContext()` where no task is running. */
export function outsideTask(): Fault {
  return new Fault("EV7005", "taskContext() works only while a task is running", {
    remedy: "Call it inside a task's handler, or in what the handler calls.",
  });
}

/** Plain data with a promise's methods that reject: what `duration()` and `time()` give outside a workflow. */
abstract class OutsideTimer implements Promise<void> {
  get [Symbol.toStringTag](): string {
    return "Promise";
  }

  // biome-ignore lint/suspicious/noThenProperty: inside a workflow this value is a promise; here awaiting it must say why not
  then<Result1 = void, Result2 = never>(
    onFulfilled?: ((value: undefined) => Result1 | PromiseLike<Result1>) | null,
    onRejected?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2> {
    const refusal: Promise<undefined> = Promise.reject(this.refusal());
    return refusal.then(onFulfilled, onRejected);
  }

  catch<Result = never>(
    onRejected?: ((reason: unknown) => Result | PromiseLike<Result>) | null,
    // biome-ignore lint/suspicious/noConfusingVoidType: the type of Promise<void>.catch
  ): Promise<void | Result> {
    return this.then<void, Result>(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<void> {
    return this.then<void>().finally(onFinally);
  }

  protected abstract refusal(): Fault;
}

const TIMER_REMEDY = "Await timers inside a workflow's handler; in a task use node:timers/promises.";

/** `duration()` outside a workflow. */
export class OutsideDuration extends OutsideTimer implements DurationSchedule {
  readonly type = "Duration";
  readonly dur: number;
  readonly unit: DurationUnit;

  constructor(schedule: DurationSchedule) {
    super();
    this.dur = schedule.dur;
    this.unit = schedule.unit;
  }

  protected override refusal(): Fault {
    return outsideWorkflow(`awaiting duration(${this.dur}, "${this.unit}")`, TIMER_REMEDY);
  }
}

/** `time()` outside a workflow. */
export class OutsideTime extends OutsideTimer implements TimeSchedule {
  readonly type = "Time";
  readonly isoDate: string;

  constructor(schedule: TimeSchedule) {
    super();
    this.isoDate = schedule.isoDate;
  }

  protected override refusal(): Fault {
    return outsideWorkflow(`awaiting time("${this.isoDate}")`, TIMER_REMEDY);
  }
}
