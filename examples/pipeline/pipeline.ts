import { duration, event, signal, task, workflow } from "eventual";
import { z } from "zod";
import { searchIndex, virusScanner } from "./services";

const uploaded = event("uploaded", z.object({ document: z.string().min(1), text: z.string() }));
const scanned = signal<{ readonly clean: boolean }>("scanned");

/** Tells whom it may concern that there is a document, and waits until it has been scanned. */
export const upload = workflow("upload", async (text: string, ctx) => {
  const document = ctx.execution.name;
  await uploaded.emit({ document, text });
  const { clean } = await scanned.expectSignal({ timeout: duration(1, "day") });
  return clean ? await publish(document) : "infected";
});

const publish = task("publish", async (document: string) => `https://docs.example.org/${document}`);

export const scan = uploaded.onEvent(
  "scan",
  { retry: { maxAttempts: 5, initialInterval: duration(10), jitter: false } },
  async ({ document, text }, { invocation }) => {
    const clean = await virusScanner.isClean(text, invocation.retry);
    await scanned.sendSignal(`upload/${document}`, { clean });
  },
);

export const addToIndex = uploaded.onEvent("index", { retry: { maxAttempts: 3 } }, async ({ document, text }) => {
  await searchIndex.add(document, text);
});
