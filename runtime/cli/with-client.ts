/** A client for the length of one command. */
import type { Client } from "../client/client.js";
import { connectTo } from "../client/connect.js";
import { configuredCodec } from "./codec.js";
import { mustExist, namedDatabase } from "./database.js";

/** Where the engine is that a command means. */
export interface Place {
  /** Database file; default: that of EVENTUAL_DB. */
  readonly db?: string | undefined;
  /** Make the database if it is not there. */
  readonly make?: boolean;
}

/** Calls `use` with a client of the engine or database that `place` names. Throws Fault EV8208, EV8209, EV8210. */
export async function withClient<T>({ db, make = false }: Place, use: (client: Client) => Promise<T>): Promise<T> {
  const file = namedDatabase(db);
  if (!make) mustExist(file);
  const client = await connectTo(file, configuredCodec());
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
