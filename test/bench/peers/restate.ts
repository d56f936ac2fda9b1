/** Restate: its server, which syncs its log, and a process with the handlers. Both are the engine: both are killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Contender } from "./support/contender.js";
import { install } from "./support/install.js";
import { folderBytes, residentBytes } from "./support/machine.js";
import { freePort, until } from "./support/postgres.js";
import { Driver } from "./support/process.js";

const SERVER = "1.7.12";
const SDK = "1.17.2";

export async function restate(folder: string): Promise<Contender> {
  const packages = [`@restatedev/restate-server@${SERVER}`, `@restatedev/restate-sdk@${SDK}`];
  const { node, driver } = await install(folder, "restate", packages);
  const binary = `@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`;
  return {
    name: "restate",
    about: `Restate ${SERVER}, SDK ${SDK} on Node 24, defaults (its log is synced); server and handlers are killed`,
    async open(store) {
      await mkdir(store, { recursive: true });
      const [ingress, admin, fabric, handlers] = await ports();
      let server: ChildProcess | undefined;
      const env = {
        RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
        RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
        RESTATE_BIND_ADDRESS: `127.0.0.1:${fabric}`,
        RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${fabric}`,
        RESTATE_LISTEN_MODE: "tcp",
        RESTATE_DISABLE_TELEMETRY: "true",
        RESTATE_LOG_FILTER: "error",
      };
      const stop = async (signal: NodeJS.Signals): Promise<void> => {
        if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
        const ended = once(server, "exit");
        server.kill(signal);
        await ended;
      };
      return {
        async launch() {
          if (server === undefined || server.exitCode !== null || server.signalCode !== null) {
            const args = ["--node-name", "bench", "--base-dir", store, "--no-logo"];
            server = spawn(join(folder, "node_modules", binary), args, {
              ...{ cwd: store, stdio: "ignore" },
              env: { ...process.env, ...env },
            });
            await until(async () => {
              const { ok } = await fetch(`http://127.0.0.1:${admin}/health`);
              if (!ok) throw new Error("the server of Restate is not healthy");
            });
          }
          return await Driver.launch({
            program: node,
            args: [driver, ...[ingress, admin, handlers].map(String)],
            folder,
          });
        },
        async kill(process) {
          await Promise.all([process.kill(), stop("SIGKILL")]);
        },
        resident: async (process) => (await residentBytes(process.pid)) + (await residentBytes(server?.pid ?? 0)),
        size: () => folderBytes(store),
        close: () => stop("SIGKILL"),
      };
    },
  };
}

async function ports(): Promise<readonly [number, number, number, number]> {
  return [await freePort(), await freePort(), await freePort(), await freePort()];
}
