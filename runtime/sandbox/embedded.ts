/** QuickJS in a packaged executable: its WebAssembly is a part, taken out once per thread. */
import { isExecutable, partBytes } from "../platform/executable.js";

let engine: ArrayBuffer | undefined;

/** Options of a QuickJS variant; none in an installation, where the package finds its own file. */
export function embeddedEngine(): { readonly wasmBinary?: ArrayBuffer } {
  if (!isExecutable) return {};
  engine ??= partBytes("quickjs.wasm").slice().buffer;
  return { wasmBinary: engine };
}
