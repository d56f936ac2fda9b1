/** superjson: texts of rich values, custom classes and transformers, instances of its own held across suspensions. */
import { duration, workflow } from "eventual";
import SuperJSON from "superjson";
import { show } from "../cases/support/show";

class Money {
  constructor(
    readonly amount: bigint,
    readonly currency: string,
  ) {}
  toString(): string {
    return `${this.amount} ${this.currency}`;
  }
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const own = new SuperJSON({ dedupe: true });
  own.registerClass(Money);
  own.registerCustom<RegExp, string>(
    { isApplicable: (value): value is RegExp => value instanceof RegExp, serialize: String, deserialize: (text) => new RegExp(text) },
    "pattern",
  );
  const shared = { when: new Date(5), none: undefined };
  const value = { shared, again: shared, map: new Map([["k", new Set([1n])]]), odd: [NaN, -0, Infinity], error: new Error("e") };
  const text = SuperJSON.stringify(value);
  const rich = own.serialize({ price: new Money(5n, "EUR"), pattern: /a+/, twice: [shared, shared] });
  trace.push(text.length > 100 ? "text" : text);
  await duration(1, "day");
  const back = SuperJSON.parse<typeof value>(text);
  trace.push(show(back), String(back.shared === back.again));
  const restored = own.deserialize<{ price: Money; pattern: RegExp }>(rich);
  trace.push(`${restored.price}`, String(restored.price instanceof Money), show(restored.pattern), show(rich));
  await duration(1, "day");
  trace.push(own.stringify(restored), show(back.error.message));
  return trace;
});
