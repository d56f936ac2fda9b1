/**
 * A database has one owner at a time, but some own it for a moment only: a command that works on the file, an engine that
 * is starting or going away. Those are waited for.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Fault } from "../protocol/fault.js";

/** ms */
const PATIENCE_MS = 5000;
const PAUSE_MS = 100;

/**
 * What `open` gives, tried again while another process has the database, unless `isHopeless` says that it will keep it.
 * Throws what `open` throws; the Fault EV6006 once patience is at its end.
 */
export async function openPatiently<T>(
  open: () => Promise<T>,
  isHopeless: () => Promise<boolean> = async () => false,
): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isInUse(error) || Date.now() > end || (await isHopeless())) throw error;
      await delay(PAUSE_MS);
    }
  }
}

/** True for the refusal of a database that another process has. */
export function isInUse(error: unknown): error is Fault {
  return error instanceof Fault && error.code === "EV6006";
}
