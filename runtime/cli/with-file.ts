/** A database file to look into for the length of one command, beside an engine that may have it open. */
import { type Examination, examine } from "../store/sqlite/examine.js";
import { configuredCodec } from "./codec.js";
import { mustExist, namedDatabase } from "./database.js";
import type { Place } from "./with-client.js";

/** Throws Fault EV8208, EV8209, and what `examine` throws. */
export async function withFile<T>({ db }: Place, use: (file: Examination) => Promise<T>): Promise<T> {
  const path = namedDatabase(db);
  mustExist(path);
  const file = await examine(path, configuredCodec());
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
