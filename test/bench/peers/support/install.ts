/** Peers are installed by npm into a folder of the user's; nothing of them is part of this project. */
import { execFile } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ROOT } from "../../../support/root.js";

const INSTALL_LIMIT_MS = 300_000;
/** Of the Node that runs the peers: their stores and SDKs need a newer one than we do. */
const NODE = "node@24.21.0";

export interface Installed {
  /** Path of the Node that the peer runs on. */
  readonly node: string;
  readonly folder: string;
  /** Path of the driver, beside the packages that it imports. */
  readonly driver: string;
}

/** Installs packages and the peer's driver in `folder`; fast when they are there. Throws when npm cannot. */
export async function install(folder: string, peer: string, packages: readonly string[]): Promise<Installed> {
  await mkdir(folder, { recursive: true });
  const dependencies = Object.fromEntries([...packages, NODE].map(nameAndVersion));
  const allowScripts = { node: true };
  const manifest = { private: true, type: "module", dependencies, allowScripts };
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest));
  try {
    await promisify(execFile)("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], {
      cwd: folder,
      timeout: INSTALL_LIMIT_MS,
    });
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message.trim().split("\n").slice(0, 6).join("\n  ") : String(cause);
    throw new Error(`npm could not install ${[...packages, NODE].join(", ")}:\n  ${detail}`, { cause });
  }
  const driver = join(folder, "driver.mjs");
  await copyFile(join(ROOT, `test/bench/peers/drivers/${peer}.mjs`), driver);
  await copyFile(fileURLToPath(new URL("../drivers/wire.js", import.meta.url)), join(folder, "wire.js"));
  return { node: join(folder, "node_modules/.bin/node"), folder, driver };
}

function nameAndVersion(spec: string): [string, string] {
  const at = spec.lastIndexOf("@");
  return [spec.slice(0, at), spec.slice(at + 1)];
}
