/** `make fuzz SEED=n RUNS=k`: k inputs for each reader, from seed n on. */
import { compileSimulation } from "../simulate/compile.js";
import { fuzz, targets } from "./targets.js";

const [seed = 1, runs = 10_000] = process.argv.slice(2).map(Number);

for (const [name, target] of Object.entries(targets(await compileSimulation()))) {
  fuzz(name, target, seed, runs);
  console.log(`${name}: ${runs} inputs`);
}
