/** The mocks of one environment: by task, subscription and workflow of its program, made when they are first asked for. */
import { Deliveries, deliveryRef } from "../engine/deliveries.js";
import { callOfAttempt, refOf } from "../engine/task-call.js";
import { subscriptionTask } from "../protocol/declarations.js";
import type { Write } from "../store/store.js";
import type { SettledTask, TaskCall } from "../tasks/tasks.js";
import { type MockSubscription, subscriptionMock } from "./mock-subscription.js";
import { type MockWorld, TaskMock } from "./mock-task.js";
import { type WorkflowMock, WorkflowMocks } from "./mock-workflow.js";

export class Mocks {
  /** By the name that the pool has for their handlers. */
  readonly #tasks = new Map<string, TaskMock>();
  /** Take the sandbox's place for their executions. */
  readonly workflows = new WorkflowMocks();

  task(name: string, world: MockWorld): TaskMock {
    const mock = this.#tasks.get(name) ?? new TaskMock(world);
    this.#tasks.set(name, mock);
    return mock;
  }

  subscription(name: string, world: MockWorld): MockSubscription<never> {
    return subscriptionMock(this.task(subscriptionTask(name), world));
  }

  workflow(name: string): WorkflowMock {
    return this.workflows.of(name);
  }

  /** Runs a call of a mocked handler; undefined for one that is not mocked. */
  run(call: TaskCall): Promise<Omit<SettledTask, "ref">> | undefined {
    const key = Deliveries.isOne(call.ref) ? call.ref : callOfAttempt(call.ref);
    return this.#tasks.get(call.task)?.run(call, key);
  }

  /** Attempts whose outcomes a commit has made durable: what their mocks have chosen for them is used. */
  recorded(writes: readonly Write[]): void {
    for (const call of writes.flatMap(recordedCall)) {
      for (const mock of this.#tasks.values()) mock.recorded(call);
    }
  }

  reset(): void {
    for (const mock of this.#tasks.values()) mock.reset();
    this.workflows.resetAll();
  }
}

/** The call whose attempt has its outcome in a write. */
function recordedCall(write: Write): readonly string[] {
  switch (write.kind) {
    case "retryTask":
    case "removeTask":
      return [refOf(write)];
    case "removeDelivery":
    case "retryDelivery":
    case "buryDelivery":
      return [deliveryRef(write.id)];
    default:
      return [];
  }
}
