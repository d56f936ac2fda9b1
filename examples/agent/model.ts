/**
 * A language model that has learned its part by heart, so that the example needs no network and always says the same.
 * A real one goes into `answer`: send the conversation and the tools' descriptions to its API, and give back its text
 * and its tool calls. The workflow stays as it is.
 */

export interface ToolCall {
  readonly tool: string;
  readonly input: string;
}

export interface Answer {
  readonly text: string;
  readonly calls: readonly ToolCall[];
}

export type Message =
  | ({ readonly role: "assistant" } & Answer)
  | { readonly role: "user" | "tool"; readonly text: string };

export const model = {
  async answer(conversation: readonly Message[], signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const last = conversation.at(-1)?.text ?? "";
    const answer = script(last);
    console.log(`model: ${answer.text}`);
    return answer;
  },
};

function script(last: string): Answer {
  if (last.includes("broken"))
    return { text: "Let me look at the order.", calls: [{ tool: "findOrder", input: "17" }] };
  if (last.includes("delivered")) return { text: "That is covered.", calls: [{ tool: "refund", input: "17" }] };
  if (last.includes("refunded")) return { text: "You have your 49 euros back. We are sorry.", calls: [] };
  return { text: "A colleague will write to you.", calls: [] };
}
