/** `using` and `await using`: disposal in reverse order, through jumps and errors, across awaits. */
import { workflow } from "eventual";
import { echo } from "./support/tasks";

const trace: string[] = [];

function lock(name: string, failure?: string) {
  return {
    name,
    [Symbol.dispose]() {
      trace.push(`release ${name}`);
      if (failure !== undefined) throw new Error(failure);
    },
  };
}

function connection(name: string) {
  return {
    name,
    async [Symbol.asyncDispose]() {
      trace.push(`closing ${name}`);
      await echo(name);
      trace.push(`closed ${name}`);
    },
  };
}

async function work(fail: boolean): Promise<string> {
  using a = lock("a");
  await using b = connection("b");
  await echo(0);
  using c = lock("c");
  trace.push(`${a.name}${b.name}${c.name}`);
  if (fail) throw new Error("work failed");
  return `worked with ${await echo(c.name)}`;
}

export const main = workflow("main", async () => {
  trace.push(await work(false));
  await work(true).catch((error: Error) => trace.push(error.message));
  for (const name of ["x", "y", "z"]) {
    await using one = connection(name);
    if (name === "x") continue;
    if (name === "y") break;
    trace.push(one.name);
  }
  for (using one of [lock("p"), lock("q")]) trace.push(`${await echo(one.name)}`);
  for await (await using one of [connection("s")]) trace.push(one.name);
  try {
    using first = lock("first", "first failed");
    using second = lock("second", "second failed");
    trace.push(first.name, second.name);
    throw new Error("body failed");
  } catch (error) {
    trace.push(error instanceof Error ? error.name : "?");
  }
  {
    using nothing = null;
    await using neither = undefined;
    trace.push(`${nothing} ${neither}`);
  }
  class Registry {
    static readonly names: string[] = [];
    static {
      using one = lock("static");
      Registry.names.push(one.name);
    }
  }
  await echo(0);
  trace.push(Registry.names.join());
  try {
    using odd = {} as Disposable;
    trace.push(`${odd}`);
  } catch (error) {
    trace.push((error as Error).name);
  }
  return trace;
});
