/** zod: schemas of module level and made at run time, refinements with closures, errors held across suspensions. */
import { duration, workflow } from "eventual";
import { z } from "zod";
import { show } from "../cases/support/show";

const Item = z.object({ sku: z.string().min(2), count: z.number().int().positive().default(1) });
const Order = z.object({
  id: z.uuid(),
  items: z.array(Item).nonempty(),
  state: z.enum(["new", "paid"]),
  notes: z.record(z.string(), z.unknown()).optional(),
  due: z.coerce.date(),
  total: z.union([z.number(), z.bigint()]).nullable(),
});

export const main = workflow("main", async () => {
  const trace: string[] = [];
  let limit = 2;
  const Limited = Item.extend({ color: z.literal(["red", "blue"]) }).refine((item) => item.count <= limit, {
    message: "too many",
  });
  const Upper = z.string().transform((text) => `${text.toUpperCase()}${limit}`).pipe(z.string().endsWith("2"));
  interface Tree {
    name: string;
    children: Tree[];
  }
  const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ name: z.string(), children: z.array(Tree) }));
  const first = Limited.safeParse({ sku: "ab", count: 3, color: "red" });
  trace.push(show(first.error?.issues), show(Upper.safeParse("abc")));
  await duration(1, "day");
  limit = 5;
  const id = "5c1b1c4e-8c1e-4f7e-9a55-2f2e6d3c1a10";
  const order = Order.parse({ id, items: [{ sku: "ab" }], state: "paid", due: "2026-01-05", total: 12n });
  trace.push(show(order), show(Limited.safeParse({ sku: "ab", count: 3, color: "red" })), show(Upper.safeParse("x")));
  trace.push(show(Tree.parse({ name: "a", children: [{ name: "b", children: [] }] })));
  const wrong = Order.safeParse({ id: "1", items: [], state: "?", due: "x", total: "" });
  await duration(1, "day");
  trace.push(show(z.flattenError(wrong.error as z.ZodError)), String(wrong.error instanceof z.ZodError));
  trace.push(z.prettifyError(first.error as z.ZodError), show(order.due));
  const asynchronous = z.string().refine(async (text) => {
    await duration(1, "hour");
    return text.length > limit;
  });
  trace.push(show((await asynchronous.safeParseAsync("short")).success));
  trace.push(show((await asynchronous.safeParseAsync("long enough")).success));
  try {
    Item.parse({ sku: "a", count: -1 });
  } catch (error) {
    await duration(1, "day");
    trace.push(show((error as z.ZodError).issues));
  }
  return trace;
});
