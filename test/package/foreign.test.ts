/**
 * Goal: executables for macOS and Windows have the form that Node looks for there, and what they need afterwards is said.
 * Method: the real command over the smallest images of those systems, whose results are read by their headers.
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { FUSE } from "#runtime/package/base.js";
import { targetOfImage } from "#runtime/package/image.js";
import { eventual } from "../cli/support/eventual.js";
import { temporaryFolder } from "../support/temp.js";
import { machO, NODE, portable, sectionsOf } from "./images.js";

const IMAGES: Readonly<Record<string, (content: Buffer) => Buffer>> = {
  "darwin-x64": (content) => machO(0x0100_0007, content),
  "darwin-arm64": (content) => machO(0x0100_000c, content),
  "win32-x64": portable,
};
const ADDON = Buffer.from("sqlite3");

for (const [target, image] of Object.entries(IMAGES)) {
  test(`${target}: the parts are where Node looks for them`, async (t) => {
    const cwd = await temporaryFolder(t);
    await writeFile(join(cwd, "node"), image(NODE));
    await writeFile(join(cwd, "sqlite3.node"), image(ADDON));
    const options = ["--target", target, "--node", "node", "--addon", "sqlite3.node", "-o", "app"];
    const { code, stderr } = await eventual(["package", ...options, "--json"], { cwd });
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`Executables for ${target} are checked by their structure`));
    const bytes = await readFile(join(cwd, "app"));
    assert.equal(targetOfImage(bytes), target);
    assert.ok(bytes.includes(`${FUSE}:1`), "Node sees that it carries a program");
    if (target === "win32-x64") {
      assert.ok(bytes.includes(Buffer.from("NODE_SEA_BLOB", "utf16le")), "the resource's name");
    } else {
      assert.match(stderr, /codesign --sign - app$/m);
      const [section, ...more] = sectionsOf(bytes, "NODE_SEA");
      assert.deepEqual([section?.name, more], ["__NODE_SEA_BLOB", []]);
      assert.ok(section?.content.includes("guest.image"));
    }
    assert.ok(bytes.includes("sandbox-thread.js"));
  });
}

test("a Node of another system or version is refused (EV4002)", async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, "addon"), machO(0x0100_0007, ADDON));
  await writeFile(join(cwd, "windows"), portable(NODE));
  const old = Buffer.from(NODE.toString().replace(`v${process.versions.node}`, "v1.0.0"));
  await writeFile(join(cwd, "old"), machO(0x0100_0007, old));
  for (const [node, why] of [
    ["windows", /EV4002: .*not an executable for darwin-x64/],
    ["old", /EV4002: .*not version \d+/],
    ["none", /EV4002: .*ENOENT/],
  ] as const) {
    const options = ["--target", "darwin-x64", "--node", node, "--addon", "addon", "-o", "app"];
    const { code, stderr } = await eventual(["package", ...options], { cwd });
    assert.equal(code, 1, stderr);
    assert.match(stderr, why);
  }
});
