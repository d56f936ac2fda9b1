/**
 * Goal: a realm that begins with the guest image is the realm that evaluates the guest runtime (instance.ts, G2; image.ts).
 * Method: the image that the build has made, and instances of both kinds compared byte by byte.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { quickjsBytes } from "#runtime/platform/quickjs.js";
import { Budget } from "#runtime/sandbox/budget.js";
import { GUEST_IMAGE, GUEST_SCRIPT, readGuestFiles } from "#runtime/sandbox/guest-files.js";
import { adoptImage, hasKey, imageKey } from "#runtime/sandbox/image.js";
import { guestInstance, type Instance } from "#runtime/sandbox/instance.js";
import { resolveLimits } from "#runtime/sandbox/limits.js";
import { neutralise } from "#runtime/sandbox/neutral.js";
import { temporaryFolder } from "../support/temp.js";

const guestCode = readFileSync(GUEST_SCRIPT, "utf8");
const limits = resolveLimits({});

function settings(image?: Uint8Array) {
  return { limits, guestCode, harden: true, image, budget: new Budget() };
}

function bytesOf({ memory }: Instance): Buffer {
  return Buffer.from(new Uint8Array(memory.buffer));
}

test("the build's image is of the guest runtime, hardening and engine that are there", async () => {
  const { image } = await readGuestFiles();
  assert.ok(image !== undefined, "it is used");
  assert.ok(image.buffer instanceof SharedArrayBuffer, "by all threads");
  assert.ok(hasKey(image, imageKey(guestCode, quickjsBytes())));
  assert.ok(!hasKey(image, imageKey(`${guestCode} `, quickjsBytes())));
  assert.ok(!hasKey(image, imageKey(guestCode, Buffer.from("another engine"))));
});

test("made again, in another process with another name, language and clock, it is the same", async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, "image with a long name, which is an argument of the process");
  const script = fileURLToPath(new URL("../../runtime/sandbox/write-image.js", import.meta.url));
  const env = { ...process.env, LANG: "de", LC_ALL: "de", TZ: "Asia/Tokyo" };
  const made = spawnSync(process.execPath, [script, file], { cwd: folder, env, encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  assert.ok(readFileSync(file).equals(readFileSync(GUEST_IMAGE)));
});

test("an instance that begins with it is byte for byte one that evaluates the guest runtime", async () => {
  neutralise();
  const evaluated = await guestInstance(settings());
  const adopting = await guestInstance(settings(readFileSync(GUEST_IMAGE)));
  assert.equal(adopting.memory.buffer.byteLength, evaluated.memory.buffer.byteLength);
  assert.ok(bytesOf(adopting).equals(bytesOf(evaluated)));
  const answer = adopting.context.evalCode("typeof $eventual.turn + Object.isFrozen(Array.prototype)");
  assert.equal(answer.error, undefined);
  if (answer.error === undefined) assert.equal(adopting.context.dump(answer.value), "functiontrue");
});

test("an instance that is laid out otherwise does not take it, and stays as it was", async () => {
  const instance = await guestInstance({ ...settings(), guestCode: "", harden: false });
  const image = readFileSync(GUEST_IMAGE);
  const runtimeAddress = 32;
  image.writeUInt32LE(image.readUInt32LE(runtimeAddress) + 16, runtimeAddress);
  const before = bytesOf(instance);
  assert.equal(adoptImage(image, instance.context, instance.memory), false);
  assert.ok(bytesOf(instance).equals(before));
});
