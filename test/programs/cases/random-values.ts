/** The same random values straight through, restored and replayed; which values they are, plain Node cannot know. */
import { duration, workflow } from "eventual";

export const main = workflow("main", async () => {
  const trace: string[] = [];
  for (let i = 0; i < 4; i++) {
    trace.push(String(Math.random()), crypto.randomUUID(), String(crypto.getRandomValues(new Uint8Array(3))));
    await duration(1);
  }
  return trace;
});
