/**
 * Goal: an executable for arm64 that was made on another machine runs there, and goes on after a kill.
 * Method: user-mode emulation. It needs the emulator, the other machine's C library (Debian: qemu-user-static,
 * libc6-arm64-cross, libstdc++6-arm64-cross), the registry, and in EVENTUAL_ARM64_ADDON the path of SQLite's addon for
 * arm64, which docs/packaging.md tells how to build.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type Ended, effects, eventual, lastLine, ROOT, startCommand } from "../cli/support/eventual.js";
import { temporaryFolder } from "../support/temp.js";

const LIBRARIES = "/usr/aarch64-linux-gnu";
const ADDON = process.env.EVENTUAL_ARM64_ADDON;
const EMULATOR = ["qemu-aarch64-static", "qemu-aarch64"].find(
  (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0,
);

function missing(): string | false {
  if (EMULATOR === undefined) return "no emulator: install qemu-user-static";
  if (!existsSync(LIBRARIES)) return "no C library of arm64: install libstdc++6-arm64-cross";
  return ADDON === undefined ? "EVENTUAL_ARM64_ADDON is not set: docs/packaging.md" : false;
}

test("an executable for arm64 says its version, runs, and goes on after a kill", { skip: missing() }, async (t) => {
  const cwd = await temporaryFolder(t);
  const app = join(cwd, "app");
  const source = join(ROOT, "test/fixtures/app/app.ts");
  const made = await eventual(["package", source, "-o", app, "--target", "linux-arm64", "--addon", ADDON ?? ""], {
    cwd,
  });
  assert.equal(made.code, 0, made.stderr);
  const env = { HOME: cwd, TMPDIR: cwd, PATH: "/nonexistent", EFFECTS: join(cwd, "effects") };
  const command = spawnSync("which", [EMULATOR ?? ""], { encoding: "utf8" }).stdout.trim();
  const start = (...args: string[]) => {
    const child = spawn(command, ["-L", LIBRARIES, app, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    return startCommand(child);
  };
  const run = (...args: string[]): Promise<Ended> => start(...args).ended;

  const version = await run("--version");
  assert.deepEqual([version.code, version.stderr], [0, ""]);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);

  const reminder = ["run", "reminder", "--input", '"ada"', "--virtual-clock", "--until", "200d", "--json"];
  const first = start(...reminder);
  // No bound but the process's own end: an emulator on a busy machine takes its time.
  const over = first.ended.then(({ stderr }) => assert.fail(stderr));
  over.catch(() => undefined);
  while (effects(env.EFFECTS).length < 5) await Promise.race([setTimeout(20), over]);
  first.process.kill("SIGKILL");
  assert.equal((await first.ended).signal, "SIGKILL");
  const second = await run(...reminder);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /goes on where it was/);
  assert.equal((lastLine(second) as { status: string }).status, "IN_PROGRESS");
  assert.equal(new Set(effects(env.EFFECTS).map(({ key }) => key)).size, 200);
});
