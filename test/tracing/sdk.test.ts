/**
 * Goal: traces go through task threads, children and signals with the SDK that people use. Method: an application with an
 * engine in it, as a process of its own, which has OpenTelemetry's SDK loaded first in each of its threads.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import { compiledProgram, fixturePath } from "../support/programs.js";
import { ROOT } from "../support/root.js";
import { temporaryFolder } from "../support/temp.js";

const APP = fileURLToPath(new URL("./app.js", import.meta.url));
const spanSchema = z.object({
  name: z.string(),
  traceId: z.string(),
  spanId: z.string(),
  parent: z.string().optional(),
  links: z.array(z.string()),
  thread: z.number(),
});

test("with OpenTelemetry's SDK: what handlers trace in their threads lies below their attempts, children are linked", async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, "shipping.evp");
  await writeFile(file, JSON.stringify(await compiledProgram(fixturePath("tracing", "shipping.ts"))));
  const args = ["--import", fixturePath("tracing", "register.mjs"), APP, file, join(folder, "app.db")];
  const env = { ...process.env, SPANS: join(folder, "spans") };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: ROOT });
  const ids = JSON.parse(stdout) as string[];
  const spans = readFileSync(join(folder, "spans"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => spanSchema.parse(JSON.parse(line)));
  const named = (name: string) => spans.filter((span) => span.name === name);
  const attempts = named("task pack");
  assert.equal(attempts.length, 3);
  for (const id of ids)
    assert.ok(
      attempts.some(({ spanId }) => spanId === id),
      "handlers run in the spans of their attempts",
    );
  const weighed = named("weigh");
  assert.equal(weighed.length, 2);
  for (const { thread, parent, traceId } of weighed) {
    assert.notEqual(thread, 0, "in a thread");
    assert.ok(attempts.some((attempt) => attempt.spanId === parent && attempt.traceId === traceId));
  }
  const [shipping] = named("workflow shipping");
  const [parcel] = named("workflow parcel");
  for (const { traceId } of named("activate shipping")) assert.equal(traceId, shipping?.traceId);
  assert.deepEqual(parcel?.links, [shipping?.traceId]);
});
