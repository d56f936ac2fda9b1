/** Run by the build and by packaging, as a process of its own: writes the guest image to the file that is named. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { quickjsBytes } from "../platform/quickjs.js";
import { Budget } from "./budget.js";
import { GUEST_SCRIPT } from "./guest-files.js";
import { hasKey, imageKey } from "./image.js";
import { makeGuestImage } from "./instance.js";
import { resolveLimits } from "./limits.js";
import { neutralise } from "./neutral.js";

const [, , output] = process.argv;
if (output === undefined) throw new TypeError("write-image needs the name of a file");
neutralise();
const guestCode = readFileSync(GUEST_SCRIPT, "utf8");
const isThere = existsSync(output) && hasKey(readFileSync(output), imageKey(guestCode, quickjsBytes()));
if (!isThere) {
  const image = await makeGuestImage({ limits: resolveLimits({}), guestCode, budget: new Budget() });
  // It appears whole or not at all: its key says nothing about its end.
  const temporary = `${output}.${process.pid}`;
  writeFileSync(temporary, image);
  renameSync(temporary, output);
}
