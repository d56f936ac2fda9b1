/**
 * The programs that a worker thread has imported. Imports run one after another, because compiled host code finds the
 * API in a global that is set for it just before (`HOST_KEY`); each program so gets a registry of its own.
 */
import {
  createHostApi,
  HOST_KEY,
  type ScheduleRegistry,
  type SubscriptionRegistry,
  type TaskRegistry,
} from "../api/host.js";
import type { TaskHandler } from "../api/types.js";
import { type Declarations, subscriptionTask } from "../protocol/declarations.js";
import { Fault } from "../protocol/fault.js";
import { ClassRegistry, type ClassTable } from "../protocol/value-classes.js";
import type { StackText } from "../protocol/value-errors.js";
import { authorStack, type HostModule } from "./author-stack.js";
import { currentTask } from "./call.js";
import type { LoadFailure } from "./messages.js";

export type LoadedProgram =
  | {
      readonly ok: true;
      readonly tasks: TaskRegistry;
      readonly classes: ClassTable;
      readonly stackText: StackText;
      readonly declarations: Declarations;
    }
  | { readonly ok: false; readonly reason: LoadFailure };

export class Programs {
  readonly #importing = new Map<string, Promise<LoadedProgram>>();
  readonly #loaded = new Map<string, LoadedProgram>();
  #last: Promise<unknown> = Promise.resolve();

  /** Imports the host code once. Never rejects. */
  load(program: string, module: HostModule): Promise<LoadedProgram> {
    const earlier = this.#importing.get(program);
    if (earlier !== undefined) return earlier;
    const importing = this.#last.then(async () => {
      const loaded = await importHostCode(module);
      this.#loaded.set(program, loaded);
      return loaded;
    });
    this.#importing.set(program, importing);
    this.#last = importing;
    return importing;
  }

  /** The program, if its import has ended. */
  get(program: string): LoadedProgram | undefined {
    return this.#loaded.get(program);
  }

  /** The program, when its import has ended; undefined if it was never asked for. */
  whenLoaded(program: string): Promise<LoadedProgram> | undefined {
    return this.#importing.get(program);
  }
}

async function importHostCode(module: HostModule): Promise<LoadedProgram> {
  const tasks: TaskRegistry = new Map();
  const subscriptions: SubscriptionRegistry = new Map();
  const schedules: ScheduleRegistry = new Map();
  const retentions = new Map<string, number>();
  const classes = new ClassRegistry();
  Object.defineProperty(globalThis, HOST_KEY, {
    value: createHostApi({ tasks, subscriptions, schedules, retentions, classes, currentTask }),
    configurable: true,
    writable: true,
  });
  try {
    await import(module.url);
    for (const { name, handler } of subscriptions.values()) {
      // The context that such a call gets is a subscription's: see call.ts.
      const run = handler as unknown as TaskHandler<unknown, unknown>;
      tasks.set(subscriptionTask(name), { handler: run, isTransaction: false });
    }
    const stackText = authorStack(module);
    return { ok: true, tasks, classes, stackText, declarations: declarationsOf(subscriptions, schedules, retentions) };
  } catch (thrown) {
    return { ok: false, reason: loadFailure(thrown) };
  }
}

function declarationsOf(
  subscriptions: SubscriptionRegistry,
  schedules: ScheduleRegistry,
  retentions: ReadonlyMap<string, number>,
): Declarations {
  return {
    retentions: [...retentions].map(([workflow, ms]) => ({ workflow, ms })),
    schedules: [...schedules.values()],
    subscriptions: [...subscriptions.values()].map(({ name, events, retry }) => ({ name, events, retry })),
  };
}

function loadFailure(thrown: unknown): LoadFailure {
  if (thrown instanceof Fault) {
    return { message: thrown.message, stack: thrown.stack ?? "", code: thrown.code, remedy: thrown.remedy };
  }
  if (thrown instanceof Error) return { message: `${thrown.name}: ${thrown.message}`, stack: thrown.stack ?? "" };
  return { message: `threw ${String(thrown)}`, stack: "" };
}
