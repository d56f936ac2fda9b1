/** Installs vitest and jest into a temporary folder, beside this package, and runs the examples under both. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FRAMEWORKS = { vitest: "3.2.7", jest: "30.5.2" };
const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "eventual-frameworks-"));
const run = (command, args, env = {}) =>
  execFileSync(command, args, { cwd: folder, stdio: "inherit", env: { ...process.env, ...env } });

try {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", devDependencies: FRAMEWORKS }));
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(fileURLToPath(new URL("../..", import.meta.url)), join(folder, "node_modules/eventual"));
  for (const file of ["parcel.ts", "parcel.vitest.ts", "parcel.jest.mjs"])
    copyFileSync(join(here, file), join(folder, file));
  const bin = (name) => join(folder, "node_modules/.bin", name);
  const include = 'export default { test: { include: ["*.vitest.ts"], testTimeout: 60_000 } };';
  writeFileSync(join(folder, "vitest.config.mjs"), include);
  run(bin("vitest"), ["run"]);
  run(bin("jest"), ["--testMatch", "**/*.jest.mjs", "--transform", "{}", "--testTimeout", "60000"], {
    NODE_OPTIONS: "--experimental-vm-modules",
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
