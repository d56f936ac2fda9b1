/** OpenWorkflow on its SQLite store: WAL mode, and SQLite's default of a sync per commit (FULL). */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Contender, embedded } from "./support/contender.js";
import { install } from "./support/install.js";

const VERSION = "0.10.1";

export async function openWorkflow(folder: string): Promise<Contender> {
  const { node, driver } = await install(folder, "openworkflow", [`openworkflow@${VERSION}`]);
  return {
    name: "openworkflow",
    about: `OpenWorkflow ${VERSION} on Node 24, node:sqlite in WAL mode, synchronous = FULL`,
    mostSteps: 1000,
    async open(store) {
      await mkdir(store, { recursive: true });
      const args = [driver, join(store, "openworkflow.db")];
      return embedded({ program: node, args, folder }, store);
    },
  };
}
