/** Our side, in two forms: tasks in threads, and tasks in the engine's process as the peers run their steps. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "#compiler/build.js";
import { ROOT } from "../../support/root.js";
import { type Contender, embedded } from "./support/contender.js";

/** Compiles the program into `folder`. Throws what the compiler found wrong. */
export async function eventual(folder: string): Promise<readonly Contender[]> {
  const entry = join(ROOT, "test/bench/peers/fixtures/program.ts");
  const { program, diagnostics } = await build({ entry });
  if (program === undefined) throw new Error(`the program does not compile: ${JSON.stringify(diagnostics)}`);
  const file = join(folder, "program.evp");
  await writeFile(file, program.text);
  return [contender("threads", file), contender("process", file)];
}

function contender(tasksIn: "threads" | "process", program: string): Contender {
  return {
    name: `eventual, tasks in ${tasksIn}`,
    about: `Node ${process.version}, SQLite in WAL mode, synchronous = FULL`,
    async open(folder) {
      await mkdir(folder, { recursive: true });
      const driver = fileURLToPath(new URL("drivers/eventual.js", import.meta.url));
      const args = [driver, join(folder, "eventual.db"), program, tasksIn];
      return embedded({ program: process.execPath, args, folder }, folder);
    },
  };
}
