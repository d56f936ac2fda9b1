/** QuickJS's WebAssembly: a file that the build makes of the one in the npm package, or a part of a packaged executable. */
import { readFileSync } from "node:fs";
import { isExecutable, partBytes } from "./executable.js";

/** Its bytes. Throws Fault EV4011 in a damaged executable, and what reading throws. */
export function quickjsBytes(): Uint8Array {
  return isExecutable ? partBytes("quickjs.wasm") : readFileSync(new URL("quickjs.wasm", import.meta.url));
}
