/** A workflow that throws: its record has the error, its parent catches an instance of its class. */
import { duration, workflow } from "eventual";

class OutOfStock extends RangeError {
  override name = "OutOfStock";
  readonly sku: string;
  constructor(sku: string, cause: unknown) {
    super(`no more of ${sku}`, { cause });
    this.sku = sku;
  }
}

const child = workflow("child", async (kind: string) => {
  await duration(1);
  if (kind === "text") throw "just text";
  if (kind === "nothing") throw undefined;
  throw new OutOfStock("A-1", new TypeError("the shelf is empty"));
});

export const main = workflow("main", async () => {
  const error = await child("class", { id: "class" }).catch((thrown: unknown) => thrown);
  const seen = error instanceof OutOfStock && error instanceof RangeError ? [error.sku, String(error.cause)] : [];
  for (const kind of ["text", "nothing"]) {
    seen.push(String(await child(kind, { id: kind }).catch((thrown: unknown) => thrown)));
  }
  throw new OutOfStock(seen.join("; "), error);
});
