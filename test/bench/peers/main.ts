/**
 * Our engine beside others, doing the same work with the same durability on the same disk.
 *
 * Run: node dist/test/bench/peers/main.js --peers openworkflow,dbos,absurd,restate --folder DIR [--quick] [--json]
 */
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { eventual } from "./eventual.js";
import { type Comparison, compare } from "./measure.js";
import { absurd, dbos } from "./on-postgres.js";
import { openWorkflow } from "./openworkflow.js";
import { comparison } from "./report.js";
import { restate } from "./restate.js";
import type { Contender } from "./support/contender.js";

const PEERS: Readonly<Record<string, (folder: string) => Promise<Contender>>> = {
  openworkflow: openWorkflow,
  dbos,
  absurd,
  restate,
};

const { values } = parseArgs({
  options: {
    peers: { type: "string", default: Object.keys(PEERS).join(",") },
    folder: { type: "string" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
if (values.folder === undefined) throw new Error("--folder DIR: peers are installed and stores are made there");
const folder = resolve(values.folder);
const names = values.peers.split(",");
const unknown = names.find((name) => !(name in PEERS));
if (unknown !== undefined) throw new Error(`there is no peer ${unknown}; there are ${Object.keys(PEERS).join(", ")}`);

const say = (text: string): void => void process.stderr.write(`${text}\n`);
await mkdir(folder, { recursive: true });
const machine = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`;
const answers: (Comparison & { readonly peer: string; readonly about: string })[] = [];

for (const name of names) {
  const stores = await mkdtemp(join(folder, "stores-"));
  // PostgreSQL runs as another user there.
  await chmod(stores, 0o755);
  try {
    say(`${name}: installing …`);
    const peer = await PEERS[name]?.(join(folder, name));
    if (peer === undefined) continue;
    const ours = await eventual(stores);
    const sides = [...ours, peer];
    const answer = await compare({
      ...{ sides, folder: stores, quick: values.quick },
      progress: (message) => say(`${name}: ${message} …`),
    });
    answers.push({ peer: name, about: peer.about, ...answer });
    if (!values.json) process.stdout.write(`${comparison(sides, answer)}\n\n`);
  } catch (error) {
    // The others are measured all the same.
    say(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    await rm(stores, { recursive: true, force: true });
  }
}
if (values.json)
  process.stdout.write(`${JSON.stringify({ machine, quick: values.quick, comparisons: answers }, undefined, 2)}\n`);
else process.stdout.write(`${machine}\nA ratio is how many times better than the peer: below 1 the peer is ahead.\n`);
