/** `make fuzz SEED=n RUNS=k`: k inputs for each reader, from seed n on. */

import { compileApp } from "../cli/support/eventual.js";
import { serveProgram } from "../http/support.js";
import { compileSimulation } from "../simulate/compile.js";
import { fuzzHttp } from "./http.js";
import { fuzz, targets } from "./targets.js";

const [seed = 1, runs = 10_000] = process.argv.slice(2).map(Number);

for (const [name, target] of Object.entries(targets(await compileSimulation()))) {
  fuzz(name, target, seed, runs);
  console.log(`${name}: ${runs} inputs`);
}

const undo: (() => Promise<void>)[] = [];
try {
  const cleanup = { after: (action: () => Promise<void>) => void undo.unshift(action) };
  const desk = await compileApp("desk");
  cleanup.after(() => desk.remove());
  const { url } = await serveProgram(cleanup, desk.program, ["--rate", "100000"]);
  await fuzzHttp(url, seed, runs);
  console.log(`the HTTP API: ${runs} inputs`);
} finally {
  for (const action of undo) await action();
}
