/** A module that holds what no checkpoint can hold: every execution of it lives by its events. */
import { duration, workflow } from "eventual";

type Detachable = ArrayBuffer & { transfer(): ArrayBuffer };

const page = new ArrayBuffer(8) as Detachable;

export const main = workflow("main", async () => {
  const seen: number[] = [page.byteLength];
  page.transfer();
  for (let n = 0; n < 2; n++) {
    await duration(1);
    seen.push(page.byteLength);
  }
  return seen;
});
