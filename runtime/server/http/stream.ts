/**
 * Server-sent events.
 *
 * S1  What makes the messages is ended when the client goes away, when the server closes, and when nobody is to read
 *     them (HEAD).
 */
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Bindings } from "./app.js";
import type { Message } from "./route.js";

/** A stream says at least so often that it is alive, ms: proxies end those that are silent for a minute. */
const ALIVE_MS = 15_000;
const ALIVE = ": alive\n\n";

/** Answers with `messages` as they come. */
export async function streamReply(
  context: Context<Bindings>,
  messages: AsyncIterable<Message>,
  signal: AbortSignal,
): Promise<Response> {
  const iterator = messages[Symbol.asyncIterator]();
  // The first is awaited here: a refusal is then an answer, not a broken stream.
  let message = await iterator.next();
  if (context.req.method === "HEAD") {
    await iterator.return?.();
    return context.body(null, 200, { "content-type": "text/event-stream" });
  }
  return streamSSE(context, async (stream) => {
    stream.onAbort(() => void iterator.return?.());
    const alive = setInterval(() => void stream.write(ALIVE), ALIVE_MS);
    try {
      for (; message.done !== true && !signal.aborted; message = await iterator.next()) {
        const { event, data, id } = message.value;
        await stream.writeSSE({ event, data: JSON.stringify(data), ...(id === undefined ? {} : { id }) });
      }
    } finally {
      clearInterval(alive);
      await iterator.return?.();
    }
  });
}
