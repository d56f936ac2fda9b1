/** Variables, Maps and objects of modules, changed by the workflow across waits; functions that close over them. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";
import * as state from "./support/state";
import { bump, count, names, settings } from "./support/state";

let total = 0;
const seen = new Map<string, { times: number }>();
const history: string[] = [];
const registry = { handlers: new Set<(n: number) => Promise<void>>() };
let next: (() => Promise<string>) | undefined;

const size = task("size", async (text: string) => {
  started("size");
  return text.length;
});

async function record(name: string): Promise<void> {
  const entry = seen.get(name) ?? { times: 0 };
  seen.set(name, entry);
  entry.times += await size(name);
  total += entry.times;
  history.push(`${name}:${entry.times}`);
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const entry = { times: 100 };
  seen.set("kept", entry);
  for (const name of ["a", "bb", "a", "kept"]) {
    await record(name);
    names.set(name, bump(2));
    settings.tags.push(name);
    await duration(1, "day");
    trace.push(show([total, count, state.count, seen.size]));
  }
  settings.mode = "second";
  (settings as { extra?: Date }).extra = new Date();
  delete (settings as { mode?: string }).mode;
  registry.handlers.add(async (n) => {
    total += n;
    await duration(n);
    total += n;
  });
  const local = { n: 1 };
  next = async () => {
    next = async () => `second ${++local.n} ${total}`;
    await duration(1);
    return `first ${++local.n} ${total}`;
  };
  await duration(1);
  for (const handler of registry.handlers) await handler(5);
  trace.push(show([total, entry === seen.get("kept"), entry.times]), await next(), await next(), show(local));
  trace.push(show(history), show(names), show(settings), show(seen), show(Object.keys(state).sort()));
  return trace;
});
