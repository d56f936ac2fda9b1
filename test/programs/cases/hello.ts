/** One task, its result, the context. */
import { task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const greet = task("greet", async (name: string, context) => {
  started("greet");
  return `hello ${name} from ${context.task.name} for ${context.execution.id}`;
});

export const main = workflow("main", async (input: undefined, context) => {
  const greeting = await greet("Ada");
  return [greeting, show(input), show(context)];
});
