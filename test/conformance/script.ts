/** The signals that stand beside a program of test/programs, as steps. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Step } from "./case.js";

const scriptSchema = z.object({
  signals: z.array(z.object({ at: z.number(), signal: z.string(), payload: z.unknown().optional() })),
});

export function scriptOf(folder: string, path: string): readonly Step[] {
  return scriptSchema.parse(JSON.parse(readFileSync(join(folder, path), "utf8"))).signals;
}
