/** What the server says of one execution as it happens, over connections that may break. */
import * as z from "zod";
import { isClosed } from "../protocol/execution.js";
import { changedSchema } from "./observation.js";
import { type Execution, executionSchema, type LogLine, logLineSchema } from "./resources.js";

export type ExecutionEvent =
  | { readonly event: "log"; readonly data: LogLine }
  | { readonly event: "changed"; readonly data: { readonly at: number } }
  | { readonly event: "status"; readonly data: Execution };

/** Opens the stream; `lastEventId` is where an earlier one broke off. */
export type OpenStream = (lastEventId: string | undefined) => Promise<Response>;

/** Before a stream that broke off is opened again, ms. */
const AGAIN_MS = 500;

/**
 * The events until the execution is closed. A stream that breaks off is opened again, after the last line that came; its
 * status and `changed` are then told again. Throws what `open` throws, and what `signal` was aborted with.
 */
export async function* followStream(open: OpenStream, signal: AbortSignal | undefined): AsyncGenerator<ExecutionEvent> {
  let last: string | undefined;
  for (;;) {
    for await (const { id, ...message } of messagesOf(await open(last))) {
      last = id ?? last;
      const event = eventSchema.safeParse(message);
      // Of a newer server: what this client does not know is passed over.
      if (!event.success) continue;
      yield event.data;
      if (event.data.event === "status" && isClosed(event.data.data.status)) return;
    }
    signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    signal?.throwIfAborted();
  }
}

const eventSchema: z.ZodType<ExecutionEvent> = z.discriminatedUnion("event", [
  z.object({ event: z.literal("log"), data: logLineSchema }),
  z.object({ event: z.literal("changed"), data: changedSchema }),
  z.object({ event: z.literal("status"), data: executionSchema }),
]);

interface Message {
  readonly event: string | undefined;
  readonly data: unknown;
  readonly id: string | undefined;
}

/** The messages of a stream until it ends or breaks off; the body is given up when nobody asks for more. */
async function* messagesOf({ body }: Response): AsyncGenerator<Message> {
  if (body === null) return;
  let rest = "";
  const decoder = new TextDecoder();
  // Not `for await` over the body: some browsers' streams cannot be iterated.
  const reader = body.getReader();
  try {
    for (;;) {
      // A connection that breaks is an end like another: whoever reads opens it again.
      const part = await reader.read().catch(() => undefined);
      if (part === undefined || part.done) return;
      const blocks = (rest + decoder.decode(part.value, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = field(block, "data");
        if (data !== undefined) yield { event: field(block, "event"), data: JSON.parse(data), id: field(block, "id") };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function field(block: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
}
