/** 25b: what the stacks of errors say that have crossed borders: the task's lines, the child's, those that awaited. */
import { asyncResult, duration, executionHandle, task, workflow } from "eventual";

class Declined extends Error {
  override name = "Declined";
  readonly card: string;
  constructor(card: string, options?: ErrorOptions) {
    super(`card ${card} was declined`, options);
    this.card = card;
  }
}

function ask(card: string): never {
  throw new RangeError(`no such card ${card}`);
}

async function bank(card: string): Promise<string> {
  await new Promise((resolve) => setImmediate(resolve));
  try {
    return ask(card);
  } catch (cause) {
    throw new Declined(card, { cause });
  }
}

const charge = task("charge", async (card: string) => {
  return await bank(card);
});
const again = task("again", { retry: { maxAttempts: 2, jitter: false } }, async (card: string) => {
  return await bank(card);
});
const slow = task("slow", { timeout: duration(5) }, () => asyncResult<string>(() => {}));
const look = task("look", async (error: Error) => {
  return error.stack?.split("\n").map((line) => line.trim()) ?? [];
});

async function pay(card: string): Promise<string> {
  const receipt = await charge(card);
  return receipt.trim();
}

export const payment = workflow("payment", async (card: string) => {
  return await pay(card);
});
export const persistent = workflow("persistent", { retry: { maxAttempts: 2, jitter: false } }, async (card: string) => {
  return await pay(card);
});
export const limited = workflow("limited", { timeout: duration(3) }, async () => {
  await duration(1, "day");
});

const WAYS: Record<string, () => Promise<unknown>> = {
  async task() {
    await pay("1");
  },
  async retried() {
    await again("2");
  },
  async child() {
    await payment("3");
  },
  async attempts() {
    await persistent("4");
  },
  async timeout() {
    await slow();
  },
  async childTimeout() {
    await limited();
  },
  async all() {
    await Promise.all([duration(1), charge("5")]);
  },
  async any() {
    await Promise.any([charge("6"), charge("7")]);
  },
  async handle() {
    await payment.startExecution({ input: "8", executionName: "eight" });
    await executionHandle("payment/eight").result();
  },
};

interface Told {
  readonly [name: string]: unknown;
}

function lines({ stack }: Error): string[] {
  return (stack ?? "").split("\n").flatMap((line) => (line === "" ? [] : [line.trim()]));
}

function tell(error: unknown): Told {
  if (!(error instanceof Error)) return { thrown: error };
  return {
    known: error instanceof Declined ? error.card : error.name,
    stack: lines(error),
    ...(error.cause === undefined ? {} : { cause: tell(error.cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(tell) } : {}),
  };
}

export const main = workflow("main", async () => {
  const told: Record<string, unknown> = {};
  for (const [way, go] of Object.entries(WAYS)) {
    try {
      await go();
    } catch (error) {
      told[way] = tell(error);
      // What a task sees of it is what people see.
      if (way === "child") told.looked = await look(error as Error);
    }
  }
  return told;
});
