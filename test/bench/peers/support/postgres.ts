/**
 * A PostgreSQL cluster in a folder, on a loopback port, with the defaults of its package: `fsync` and `synchronous_commit`
 * are on. It refuses to run as root, so root gives it to the user `nobody`.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Postgres {
  /** Connection string of its database. */
  readonly url: string;
  /** Bytes of that database. */
  size(): Promise<number>;
  run(file: string): Promise<void>;
  close(): Promise<void>;
}

const VERSIONS = "/usr/lib/postgresql";
const NOBODY = 65534;
const START_ATTEMPTS = 100;
const ATTEMPT_MS = 100;
const run = promisify(execFile);

/** Starts one in an empty folder. Throws when PostgreSQL is not installed. */
export async function openPostgres(folder: string): Promise<Postgres> {
  const bin = await binaries();
  const data = join(folder, "data");
  await mkdir(folder, { recursive: true });
  await mkdir(data, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) await chown(data, NOBODY, NOBODY);
  await run(join(bin, "initdb"), ["-D", data, "-U", "bench", "-A", "trust"], { ...user, cwd: data });
  const port = await freePort();
  const settings = ["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories=", "max_connections=200"];
  const args = ["-D", data, ...settings.flatMap((setting) => ["-c", setting])];
  const server = spawn(join(bin, "postgres"), args, { ...user, cwd: data, stdio: "ignore" });
  const url = `postgresql://bench@127.0.0.1:${port}/bench`;
  const psql = async (...options: string[]): Promise<string> =>
    (await run(join(bin, "psql"), [url, "-qAt", "-v", "ON_ERROR_STOP=1", ...options])).stdout;
  await until(async () => {
    await run(join(bin, "createdb"), ["-h", "127.0.0.1", "-p", `${port}`, "-U", "bench", "bench"]);
  });
  return {
    url,
    size: async () => Number(await psql("-c", "SELECT pg_database_size('bench')")),
    run: async (file) => void (await psql("-f", file)),
    async close() {
      const ended = once(server, "exit");
      server.kill("SIGINT");
      await ended;
    },
  };
}

async function binaries(): Promise<string> {
  const versions = await readdir(VERSIONS).catch(() => []);
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) throw new Error(`PostgreSQL is not installed (${VERSIONS}): apt-get install postgresql`);
  return join(VERSIONS, newest, "bin");
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("there is no free port");
  return address.port;
}

/** Repeats an attempt until it succeeds. Throws what the last one throws. */
export async function until(attempt: () => Promise<void>): Promise<void> {
  for (let left = START_ATTEMPTS; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, ATTEMPT_MS));
    }
  }
}
