import { condition, duration, query, signal, task, workflow } from "eventual";
import { type Message, model, type ToolCall } from "./model";
import { shop } from "./shop";

interface Decision {
  /** What was asked for: several questions may be open at once. */
  readonly what: string;
  readonly approved: boolean;
  readonly by: string;
}

const MOST_STEPS = 10;

export const decision = signal<Decision>("decision");

const decisions = new Map<string, Decision>();
const messages: Message[] = [];
export const transcript = query("transcript", () => messages);

export const agent = workflow("agent", async (question: string) => {
  decision.onSignal((made) => {
    decisions.set(made.what, made);
  });
  messages.push({ role: "user", text: question });
  for (let step = 0; step < MOST_STEPS; step++) {
    const answer = await think(messages);
    messages.push({ role: "assistant", ...answer });
    if (answer.calls.length === 0) return answer.text;
    const results = await Promise.all(answer.calls.map(useTool));
    for (const text of results) messages.push({ role: "tool", text });
  }
  return "I could not find an answer.";
});

/** What the model may do. What moves money asks a human first. */
async function useTool({ tool, input }: ToolCall): Promise<string> {
  switch (tool) {
    case "findOrder":
      return await findOrder(input);
    case "refund":
      return (await permission(`refund order ${input}`)) ? await refund(input) : "That was not permitted.";
    default:
      return `There is no tool called ${tool}.`;
  }
}

async function permission(what: string): Promise<boolean> {
  await notify(`May I do this? ${what}`);
  await condition({ timeout: duration(3, "days") }, () => decisions.has(what));
  return decisions.get(what)?.approved ?? false;
}

const think = task(
  "think",
  { timeout: duration(5, "minutes"), retry: { maxAttempts: 4, initialInterval: duration(2) } },
  async (conversation: readonly Message[], { signal }) => model.answer(conversation, signal),
);

const findOrder = task("findOrder", { retry: { maxAttempts: 3 } }, async (id: string) => shop.findOrder(id));

const refund = task("refund", async (id: string, { invocation }) =>
  shop.refund(id, { idempotencyKey: invocation.idempotencyKey }),
);

const notify = task("notify", async (text: string) => console.log(`to the support team: ${text}`));
