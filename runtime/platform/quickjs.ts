/** QuickJS's WebAssembly: a file of the npm package that brings it, or a part of a packaged executable. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isExecutable, partBytes } from "./executable.js";

/** Its bytes. Throws Fault EV4011 in a damaged executable, and what reading throws. */
export function quickjsBytes(): Uint8Array {
  if (isExecutable) return partBytes("quickjs.wasm");
  // Found from the package that uses it: it may be installed inside that one.
  const fromHere = createRequire(import.meta.url);
  const fromUser = createRequire(fromHere.resolve("quickjs-emscripten"));
  return readFileSync(fromUser.resolve("@jitl/quickjs-wasmfile-release-sync/wasm"));
}
