/** A client for the length of one command. */
import type { Client } from "../client/client.js";
import { connectTo } from "../client/connect.js";
import { mustExist, namedDatabase } from "./database.js";

/** Calls `use` with a client of the database that `db` or EVENTUAL_DB names. Throws Fault EV8208, EV8209, EV8210. */
export async function withClient<T>(db: string | undefined, use: (client: Client) => Promise<T>): Promise<T> {
  const file = namedDatabase(db);
  mustExist(file);
  const client = await connectTo(file);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
