/**
 * The content of a binding that has not been initialised yet. One value for the whole realm; a frame's slots and
 * captured environments may hold it, so the heap knows it by identity.
 */
import type { GuestHelpers } from "../protocol/helpers.js";

export const TDZ: GuestHelpers["$TDZ"] = Symbol("uninitialised binding") as GuestHelpers["$TDZ"];
