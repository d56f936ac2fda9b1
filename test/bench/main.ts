/**
 * `make bench`: one table; each row with what it is compared with, measured in the same run on the same disk.
 *
 * Run: node dist/test/bench/main.js [--json] [--quick] [--only PART] [folder on the disk to measure]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { building } from "./cases/building.js";
import { checkpointCosts } from "./cases/checkpoint.js";
import { concurrentSteps } from "./cases/concurrent.js";
import { crowds } from "./cases/crowd.js";
import { dashboardPages } from "./cases/dashboard.js";
import { packagedExecutable } from "./cases/executable.js";
import { loweredCode } from "./cases/lowered.js";
import { oneStepWorkflows } from "./cases/one-step.js";
import { reminders } from "./cases/reminder.js";
import { resumption } from "./cases/resume.js";
import { scaling } from "./cases/scale.js";
import { sequentialSteps } from "./cases/sequential.js";
import { sleepers } from "./cases/sleepers.js";
import { compileProgram } from "./support/engine.js";
import { type Figure, table } from "./support/report.js";
import type { Setting } from "./support/setting.js";

const CASES: Readonly<Record<string, (setting: Setting) => Promise<Figure[]>>> = {
  sequential: sequentialSteps,
  concurrent: concurrentSteps,
  oneStep: oneStepWorkflows,
  resume: resumption,
  lowered: loweredCode,
  scale: scaling,
  crowd: crowds,
  sleepers,
  reminder: reminders,
  checkpoint: checkpointCosts,
  executable: packagedExecutable,
  dashboard: dashboardPages,
  build: building,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
  },
});
const unknown = values.only?.find((name) => !(name in CASES));
if (unknown !== undefined)
  throw new Error(`there is no benchmark ${unknown}; there are ${Object.keys(CASES).join(", ")}`);

const folder = await mkdtemp(join(positionals[0] ?? tmpdir(), "eventual-bench-"));
try {
  const program = await compileProgram();
  const figures: Figure[] = [];
  for (const [name, run] of Object.entries(CASES)) {
    if (values.only !== undefined && !values.only.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    figures.push(...(await run({ program, file: (base) => join(folder, base), quick: values.quick })));
  }
  const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`;
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
  else
    process.stdout.write(
      `${table(figures)}\n\n${machine}\nA ratio is how many times dearer than the floor: 1 is as cheap.\n`,
    );
} finally {
  await rm(folder, { recursive: true });
}
