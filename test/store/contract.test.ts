import { join } from "node:path";
import { openStore } from "#runtime/store/sqlite/open.js";
import { temporaryFolder } from "../support/temp.js";
import { storeContract } from "./contract.js";

storeContract("SQLite in a file", async (t) => {
  // Cleanups run in order: first close, then remove.
  let close = async (): Promise<void> => undefined;
  t.after(() => close());
  const store = await openStore(join(await temporaryFolder(t), "store.db"));
  close = () => store.close();
  return store;
});

storeContract("SQLite in memory", async (t) => {
  const store = await openStore(":memory:");
  t.after(() => store.close());
  return store;
});
