/** Object literals, functions' own values and parameters inside code that waits. */
import { workflow } from "eventual";
import { echo } from "./support/tasks";

const trace: string[] = [];

const base = {
  greet() {
    return `base of ${this.name}`;
  },
  name: "base",
};

async function all(..._given: unknown[]): Promise<string> {
  await echo(0);
  const inner = () => arguments.length;
  return `${arguments.length} ${inner()} ${arguments[1]} ${new.target}`;
}

async function defaults(a = 1, { b = a + 1, ...others } = {} as { b?: number; z?: number }, get = () => a + b) {
  a += 10;
  await echo(0);
  return `${a} ${b} ${JSON.stringify(others)} ${get()}`;
}

function tag(strings: TemplateStringsArray, ...values: unknown[]) {
  return { strings, text: strings.raw.map((part, i) => `${part}${values[i] ?? ""}`).join("") };
}

export const main = workflow("main", async () => {
  const derived = {
    __proto__: base,
    name: "derived",
    greet() {
      return `derived: ${super.greet()}`;
    },
    async later() {
      await echo(0);
      return `later: ${super.greet()}`;
    },
    arrow() {
      return [1].map((n) => `${n}${super.greet()}`).join();
    },
  };
  const key = "computed";
  const literal = {
    first: await echo(1),
    get [key]() {
      return `get ${this.first}`;
    },
    set [key](value: string) {
      this.first = value;
    },
    [`${key}2`]: () => "arrow",
    async [`${key}3`]() {
      return await echo("method");
    },
    last: await echo(2),
  } as Record<string, any>;
  await echo(0);
  trace.push(derived.greet(), await derived.later(), derived.arrow());
  trace.push(Object.keys(literal).join(), literal.computed, literal.computed2.name, literal.computed3.name);
  literal.computed = "set";
  trace.push(String(literal.first), String(await literal.computed3()));

  trace.push(await all("x", "y"), `${all.length} ${all.name} ${"prototype" in all}`);
  trace.push(await defaults(), await defaults(5, { b: 6, z: 7 }), `${defaults.length}`);
  await defaults(1, null as never).catch((error: Error) => trace.push(error.name));

  const sites = new Set<unknown>();
  for (let i = 0; i < 3; i++) {
    const { strings, text } = tag`a${await echo(i)}\n${i}`;
    sites.add(strings);
    trace.push(text);
  }
  trace.push(`${sites.size}`);

  const AsyncFunction = Object.getPrototypeOf(async () => {});
  trace.push(`${all instanceof AsyncFunction.constructor} ${Object.prototype.toString.call(all)}`);
  return trace;
});
