/** Finds the engine of a database: behind its socket, or nobody, then the file itself. */
import { openOffline } from "../engine/open.js";
import { Fault } from "../protocol/fault.js";
import type { PayloadCodec } from "../store/codec.js";
import type { Client } from "./client.js";
import { offlineClient } from "./offline.js";
import { isInUse, openPatiently } from "./patience.js";
import { socketPath } from "./place.js";
import { answers, socketClient } from "./socket.js";

/**
 * A client for the database `file`, which is made if it does not exist. An engine that opens a large database has its
 * lock before it has its socket: it is waited for. Throws Fault EV8210 when another process holds the database and does
 * not answer, and what opening the store throws.
 */
export async function connectTo(file: string, codec?: PayloadCodec): Promise<Client> {
  const path = socketPath(file);
  try {
    return await openPatiently(async () => {
      if (await answers(path)) return socketClient(path);
      return offlineClient(await openOffline(file, undefined, codec));
    });
  } catch (error) {
    throw isInUse(error) ? silent(file, error) : error;
  }
}

function silent(file: string, cause: Error): Fault {
  return new Fault("EV8210", `The database is in use and its engine does not answer: ${cause.message}`, {
    place: file,
    remedy: "Wait until that process has started or ended, then run the command again.",
    cause,
  });
}
