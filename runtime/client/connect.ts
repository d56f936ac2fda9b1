/** Finds the engine of a database: behind its socket, or nobody, then the file itself. */
import { setTimeout as delay } from "node:timers/promises";
import { openOffline } from "../engine/open.js";
import { Fault } from "../protocol/fault.js";
import type { PayloadCodec } from "../store/codec.js";
import type { Client } from "./client.js";
import { offlineClient } from "./offline.js";
import { socketPath } from "./place.js";
import { answers, socketClient } from "./socket.js";

/** An engine that opens a large database has the lock before it has its socket: it is waited for this long, ms. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 100;

/**
 * A client for the database `file`, which exists. Throws Fault EV8210 when another process holds the database and does
 * not answer, and what opening the store throws.
 */
export async function connectTo(file: string, codec?: PayloadCodec): Promise<Client> {
  const path = socketPath(file);
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    if (await answers(path)) return socketClient(path);
    try {
      return offlineClient(await openOffline(file, undefined, codec));
    } catch (error) {
      if (!isInUse(error)) throw error;
      if (Date.now() > end) throw silent(file, error);
      await delay(PAUSE_MS);
    }
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Fault && error.code === "EV6006";
}

function silent(file: string, cause: unknown): Fault {
  const holder = cause instanceof Error ? cause.message : "";
  return new Fault("EV8210", `The database is in use and its engine does not answer: ${holder}`, {
    place: file,
    remedy: "Wait until that process has started or ended, then run the command again.",
    cause,
  });
}
