/** What became of an asynchronous piece of work, as a schema: parsed wherever it comes in from outside. */
import * as z from "zod";

export const outcomeSchema = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), value: z.string() }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);
