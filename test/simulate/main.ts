/** `make simulate SEED=n RUNS=k`: runs k seeds from n on, and tells of the first violation with the events before it. */
import { compileSimulation } from "./compile.js";
import { SharedRealms } from "./sandbox.js";
import { simulate } from "./simulate.js";

const [seed = 1, runs = 1000] = process.argv.slice(2).map(Number);
const EVENTS_SHOWN = 40;

const program = await compileSimulation();
const realms = await SharedRealms.boot(program);
let crashes = 0;
let commits = 0;
let failed = 0;
for (let at = seed; at < seed + runs; at++) {
  const run = await simulate(at, program, realms);
  crashes += run.crashes;
  commits += run.commits;
  if (run.violation !== undefined) {
    failed++;
    console.log(`seed ${at}: ${run.violation}`);
    for (const event of run.events.slice(-EVENTS_SHOWN)) console.log(`  ${event}`);
    break;
  }
  const done = at - seed + 1;
  if (process.stderr.isTTY && done % 50 === 0) process.stderr.write(`\r${done} of ${runs} runs`);
}
realms.close();
console.log(`${commits} commits, ${crashes} crashes`);
console.log(`${failed === 0 ? runs : 0} runs passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
