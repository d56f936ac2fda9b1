/** Tests that run twice. */
import { test } from "node:test";
import { Execution, Guest, type Program } from "./support.js";

/** Defines a test that runs on a live instance, and with a restore between any two activations. */
export function both(name: string, program: Program, run: (execution: Execution) => void): void {
  for (const restoring of [false, true]) {
    test(`${name} (${restoring ? "restoring" : "live"})`, async () => {
      const guest = await Guest.boot(program);
      run(new Execution(guest, restoring));
      guest.dispose();
    });
  }
}
