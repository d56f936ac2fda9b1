/** A quiet period of five seconds that every signal begins anew; then the last payload wins. */
import { condition, duration, signal, workflow } from "eventual";

const typed = signal<string>("typed");

export const main = workflow("main", async () => {
  const trace: string[] = [];
  let last: string | undefined;
  let count = 0;
  const handler = typed.onSignal((text) => {
    last = text;
    count++;
    trace.push(`typed ${text} at ${new Date().toISOString()}`);
  });
  for (;;) {
    const before = count;
    const more = await condition({ timeout: duration(5) }, () => count !== before);
    trace.push(`more ${more}`);
    if (!more && count > 0) break;
  }
  handler.dispose();
  await duration(60);
  trace.push(`last ${last} of ${count}`);
  return trace;
});
