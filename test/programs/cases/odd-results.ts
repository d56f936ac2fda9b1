/** Results that are easy to lose: falsy ones, NaN, -0, bigint, Date, Map, cycles, shared references, long texts. */
import { task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const odd = task("odd", async (index: number): Promise<unknown> => {
  started("odd");
  const shared = { s: 1 };
  const cycle: { self?: unknown; list: unknown[] } = { list: [shared, shared] };
  cycle.self = cycle;
  const values: unknown[] = [undefined, null, 0, "", false, NaN, -0, Infinity, 12345678901234567890n, [], {}];
  values.push(
    new Date(86_400_000),
    new Date(NaN),
    new Map([["k", new Set([1, undefined])]]),
    cycle,
    "x".repeat(200_000),
  );
  values.push(
    new Uint8Array([1, 2, 255]),
    /re(g)/giu,
    [1, , 3],
    { u: undefined, deep: [[["end"]]] },
    new URIError("bad"),
  );
  values.push("\u0000\ud800 \u2028 ümläut 😀", Number.MAX_SAFE_INTEGER, 1e-320, [undefined, null]);
  return values[index];
});

const echo = task("echo", (value: unknown) => {
  started("echo");
  return value;
});
const nothing = task("nothing", async () => {
  started("nothing");
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const kept: unknown[] = [];
  for (let index = 0; index < 25; index++) {
    const value = await odd(index);
    kept.push(value);
    trace.push(show(value));
  }
  trace.push(show(await nothing()));
  trace.push(show(await echo(undefined)), show(await echo(kept)), show(await echo(kept[14])));
  const cycle = kept[14] as { self: unknown; list: unknown[] };
  trace.push(show([cycle.self === cycle, cycle.list[0] === cycle.list[1]]));
  const copied = (await echo(cycle)) as typeof cycle;
  trace.push(show([copied === cycle, copied.self === copied, copied.list[0] === copied.list[1]]));
  const input = { list: [1] };
  const promise = echo(input);
  input.list.push(2);
  const output = (await promise) as typeof input;
  output.list.push(3);
  trace.push(show(output), show(input), show(kept));
  const bytes = new Float64Array(new Uint8Array(24).buffer, 8, 2);
  bytes[0] = 1.5;
  trace.push(show(await echo(bytes)), show(await echo(new Error("outer", { cause: new RangeError("inner") }))));
  return trace;
});
