/**
 * The API as compiled host code sees it in a task worker: an object under a well-known symbol of `globalThis`, set
 * before the code is evaluated. Same definitions as `index.ts`, but tasks register themselves, so that the worker finds
 * their handlers by name.
 */
import type { ScheduleDeclaration } from "../protocol/declarations.js";
import { Fault } from "../protocol/fault.js";
import { ClassRegistry, type KnownClass } from "../protocol/value-classes.js";
import { makeTask, makeWorkflow, makeWorkflowReference, type TaskArguments } from "./define.js";
import { makeEvent, makeSubscription } from "./event.js";
import * as api from "./index.js";
import { outsideTask } from "./outside.js";
import { durationMilliseconds, isSchedule } from "./schedule.js";
import { makeSchedule } from "./schedules.js";
import type {
  AnyEvent,
  EventPayload,
  EventSchema,
  Recurrence,
  ScheduleOptions,
  Subscription,
  SubscriptionHandler,
  SubscriptionSource,
  Task,
  TaskContext,
  TaskHandler,
  Workflow,
  WorkflowHandler,
} from "./types.js";

/** Where compiled host code finds its `HostApi`: `globalThis[Symbol.for("eventual.host")]`. */
export const HOST_KEY: unique symbol = Symbol.for("eventual.host");

/** A task's handler as a worker runs it. */
export interface RegisteredTask {
  readonly handler: TaskHandler<unknown, unknown>;
  /** It gets `ctx.db`. */
  readonly isTransaction: boolean;
}

/** The tasks of one program, by name. */
export type TaskRegistry = Map<string, RegisteredTask>;

/** The schedules of one program, by name. */
export type ScheduleRegistry = Map<string, ScheduleDeclaration>;

/** The subscriptions of one program, by name. */
export type SubscriptionRegistry = Map<string, Subscription>;

/** The API, with a class table to be filled, and with a workflow's handler left out where it stays in the guest. */
export interface HostApi extends Omit<typeof api, "task" | "workflow"> {
  readonly task: <Name extends string, Input, Output>(
    name: Name,
    ...definition: TaskArguments<Input, Output>
  ) => Task<Name, Input, Output>;
  /** Called by each class of the program's modules, with its id. */
  readonly knowClass: (id: string, known: KnownClass) => void;
  readonly workflow: (
    name: string,
    ...definition: readonly (object | WorkflowHandler<unknown, unknown>)[]
  ) => Workflow<string, unknown, unknown>;
}

/** Where the definitions of a program go when it is evaluated. */
export interface HostRegistries {
  readonly tasks: TaskRegistry;
  readonly subscriptions?: SubscriptionRegistry;
  readonly schedules?: ScheduleRegistry;
  /** By workflow: how long closed executions are kept, ms. */
  readonly retentions?: Map<string, number>;
  readonly classes?: ClassRegistry;
  /** Gives the context of the running task. */
  readonly currentTask?: () => TaskContext | undefined;
}

/** The API for one program. What defines throws Fault EV7003 for a name that is taken. */
export function createHostApi(registries: HostRegistries): HostApi {
  const {
    tasks: registry,
    subscriptions = new Map(),
    schedules = new Map(),
    retentions = new Map(),
    classes = new ClassRegistry(),
    currentTask,
  } = registries;
  const subscribe = (made: Subscription): void => {
    if (subscriptions.has(made.name)) throw takenName("subscription", made.name);
    subscriptions.set(made.name, made);
  };
  return Object.freeze({
    ...api,
    knowClass: (id: string, known: KnownClass) => classes.add(id, known),
    taskContext(): TaskContext {
      const context = currentTask?.();
      if (context === undefined) throw outsideTask();
      return context;
    },
    task<Name extends string, Input, Output>(name: Name, ...definition: TaskArguments<Input, Output>) {
      const made = makeTask(name, definition);
      if (registry.has(name)) {
        throw takenName("task", name);
      }
      // The input's type is the caller's promise; what arrives is a copy of what the caller passed.
      const handler = made.handler as TaskHandler<unknown, unknown>;
      registry.set(name, { handler, isTransaction: made.options.transaction === true });
      return made;
    },
    event: <Payload>(name: string, schema?: EventSchema<Payload>) => makeEvent(name, schema, subscribe),
    subscription: <const Events extends readonly AnyEvent[]>(
      name: string,
      source: SubscriptionSource<Events>,
      handler: SubscriptionHandler<EventPayload<Events[number]>>,
    ) => makeSubscription(name, source, handler, subscribe),
    schedule: <Input>(
      name: string,
      when: Recurrence,
      workflow: Workflow<string, Input, unknown>,
      input?: Input,
      options?: ScheduleOptions,
    ) =>
      makeSchedule(name, when, workflow, input, options, (declared) => {
        if (schedules.has(name)) throw takenName("schedule", name);
        schedules.set(name, declared);
      }),
    workflow(name: string, ...definition: readonly (object | WorkflowHandler<unknown, unknown>)[]) {
      const handler = definition.find((part) => typeof part === "function") as
        | WorkflowHandler<unknown, unknown>
        | undefined;
      const options = definition.find((part) => typeof part === "object");
      const retention = options === undefined ? undefined : retentionOf(name, options);
      if (retention !== undefined) retentions.set(name, retention);
      return handler === undefined ? makeWorkflowReference(name) : makeWorkflow(name, handler);
    },
  });
}

function takenName(kind: string, name: string): Fault {
  return new Fault("EV7003", `two ${kind}s have the name "${name}"`, {
    remedy: `Give each ${kind} of a program a name of its own.`,
  });
}

function retentionOf(workflow: string, options: object): number | undefined {
  const retention: unknown = Reflect.get(options, "retention");
  if (retention === undefined) return undefined;
  if (isSchedule(retention) && retention.type === "Duration") return Math.max(0, durationMilliseconds(retention));
  throw new Fault("EV7002", `the retention of workflow "${workflow}" is no length of time`, {
    remedy: 'Pass duration(30, "days").',
  });
}
