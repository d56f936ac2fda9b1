/** Engines that keep their state in PostgreSQL. The server stays up when the process of the workflows is killed. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Contender } from "./support/contender.js";
import { install } from "./support/install.js";
import { residentBytes } from "./support/machine.js";
import { openPostgres, type Postgres } from "./support/postgres.js";
import { Driver } from "./support/process.js";

const DBOS = "5.3.0";
const ABSURD = "0.5.0";

export async function dbos(folder: string): Promise<Contender> {
  const installed = await install(folder, "dbos", [`@dbos-inc/dbos-sdk@${DBOS}`]);
  return onPostgres("dbos", `DBOS ${DBOS} on Node 24, PostgreSQL with fsync`, installed, async () => {});
}

/** Its schema is in no package: `absurd.sql` of the project's repository has to lie beside the peer's folder. */
export async function absurd(folder: string): Promise<Contender> {
  const schema = join(folder, "..", "absurd.sql");
  await access(schema).catch(() => {
    throw new Error(`${schema} is missing: copy sql/absurd.sql of the repository earendil-works/absurd there`);
  });
  const installed = await install(folder, "absurd", [`absurd-sdk@${ABSURD}`]);
  const about = `Absurd ${ABSURD} on Node 24, PostgreSQL with fsync`;
  return onPostgres("absurd", about, installed, (postgres) => postgres.run(schema));
}

function onPostgres(
  name: string,
  about: string,
  { node, driver, folder }: { readonly node: string; readonly driver: string; readonly folder: string },
  prepare: (postgres: Postgres) => Promise<void>,
): Contender {
  return {
    name,
    about: `${about}; memory is the workflows' process without the server, which stays up when that is killed`,
    async open(store) {
      const postgres = await openPostgres(store);
      await prepare(postgres);
      return {
        launch: () => Driver.launch({ program: node, args: [driver, postgres.url], folder }),
        kill: (process) => process.kill(),
        resident: (process) => residentBytes(process.pid),
        size: () => postgres.size(),
        close: () => postgres.close(),
      };
    },
  };
}
