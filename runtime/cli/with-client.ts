/** What a command talks to, for its length: the engine of a database, its file, or a server elsewhere. */
import type { Client } from "../client/client.js";
import { connectTo } from "../client/connect.js";
import { connect, type HttpClient } from "../client/http.js";
import { remoteClient } from "../client/remote.js";
import { socketFetch } from "../client/socket-fetch.js";
import { Fault } from "../protocol/fault.js";
import { configuredCodec } from "./codec.js";
import { mustExist, namedDatabase } from "./database.js";
import { fileLooking } from "./looking/file.js";
import type { Looking } from "./looking/looking.js";
import { remoteLooking } from "./looking/remote.js";
import { withFile } from "./with-file.js";

/** Where the engine is that a command means. */
export interface Place {
  /** Database file; default: that of EVENTUAL_DB. */
  readonly db?: string | undefined;
  /** Server instead of a database. */
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  /** Make the database if it is not there. */
  readonly make?: boolean;
}

/** Calls `use` with a client of what `place` names. Throws Fault EV8208, EV8209, EV8210. */
export async function withClient<T>(place: Place, use: (client: Client) => Promise<T>): Promise<T> {
  if (place.url !== undefined) return await use(remoteClient(serverAt(place.url, place.token)));
  const { make = false } = place;
  const file = namedDatabase(place.db);
  if (!make) mustExist(file);
  const client = await connectTo(file, configuredCodec());
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

/** Calls `use` with what can be seen there without asking an engine's queue. Throws Fault EV8208, EV8209. */
export async function withLooking<T>(place: Place, use: (looking: Looking) => Promise<T>): Promise<T> {
  if (place.url !== undefined) return await use(remoteLooking(serverAt(place.url, place.token)));
  return await withFile(place, (file) => use(fileLooking(file)));
}

const UNIX = "unix:";

/** Throws Fault EV8208 for what is no address. */
function serverAt(url: string, token: string | undefined): HttpClient {
  const credentials = token === undefined ? {} : { token };
  if (url.startsWith(UNIX)) {
    return connect({ url: "http://localhost", fetch: socketFetch(url.slice(UNIX.length)), ...credentials });
  }
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return connect({ url, ...credentials });
  throw new Fault("EV8208", `--url ${JSON.stringify(url)} is no address of a server`, {
    remedy: "Give http://host:port, https://host:port, or unix:/path/of/socket.",
  });
}
