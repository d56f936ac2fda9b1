import { asyncResult, duration, signal, Timeout, task, workflow } from "eventual";
import { mail } from "./mail";

interface Expense {
  readonly what: string;
  readonly cents: number;
}

interface Decision {
  readonly approved: boolean;
  readonly by: string;
}

export const decision = signal<Decision>("decision");

export const expense = workflow("expense", async (input: Expense) => {
  const answer = Promise.race([askManager(input), decision.expectSignal()]);
  try {
    for (const nudge of [remind, escalate]) {
      const decided = await Promise.race([answer, silence()]);
      if (decided !== undefined) return outcome(decided);
      await nudge(input);
    }
    return outcome(await answer);
  } catch (error) {
    if (error instanceof Timeout) return "expired";
    throw error;
  }
});

const silence = () => duration(2, "days").then(() => undefined);

const outcome = ({ approved, by }: Decision) => `${approved ? "approved" : "refused"} by ${by}`;

/** The call ends when somebody uses the token, today or next week: no process and no thread waits for it. */
export const askManager = task("askManager", { timeout: duration(6, "days") }, async ({ what }: Expense) =>
  asyncResult<Decision>((token) => mail.send("manager", `May we buy ${what}?`, token)),
);

const remind = task("remind", async ({ what }: Expense) => mail.send("manager", `Please decide about ${what}.`));

const escalate = task("escalate", async ({ what }: Expense) =>
  mail.send("director", `Nobody has decided about ${what}. Please do.`),
);
