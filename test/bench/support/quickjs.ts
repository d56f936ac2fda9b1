/** QuickJS without the guest runtime, for floors: the same WebAssembly as the sandbox runs. */
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSContext, RELEASE_SYNC } from "quickjs-emscripten";
import { compileEngine } from "#runtime/sandbox/instance.js";

/** A context in an instance of its own. */
export async function bareContext(): Promise<QuickJSContext> {
  const variant = newVariant(RELEASE_SYNC, { wasmModule: compileEngine() });
  return (await newQuickJSWASMModuleFromVariant(variant)).newContext();
}
